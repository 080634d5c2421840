import { existsSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DEFAULT_VERSION } from "../stacks/settings/schema/k3s";
import { ensure, type ArtifactName } from "./artifacts";
import { preview, up, type EngineOptions } from "./engine";
import { takeLock } from "./engine/lock";
import { renderEvent, renderResult } from "./engine/report";
import { fetchFrom, waitForPage } from "./hello";
import { releaseBefore, standInFiles } from "./k3s-files";
import * as laptops from "./laptops";
import type { LaptopImage, LaptopsOptions, LaptopSpec } from "./laptops";
import { addedLaptop, withHostKey } from "./laptops/added";
import { cacheFolder, containerName, labName, stateFolder, SUBNETS, type LabName } from "./names";
import { progressTo, type Progress } from "./progress";
import { PulumiCli } from "./pulumi-cli";
import { asRoot, run, runAsRoot, type RunOptions, type RunResult } from "./run";
import { choiceOf, look, setUp, type Part, type SetupOptions, type Verdict } from "./setup";
import { completeStackFile, laptopsOf, valueIn, type K3sFiles } from "./stack-file";
import { State } from "./state";
import {
    allNotHad,
    isUp,
    parseNodes,
    type LabStatus,
    type LaptopStatus,
    type NodeStatus,
    type PageStatus,
} from "./status";

export interface LabOptions {
    /** Folder of Pulumi.yaml; this repository unless given. */
    readonly repository?: string;
    readonly environment?: NodeJS.ProcessEnv;
    readonly progress?: Progress;
    /** Ends what is going on, in a state from which the next run goes on. */
    readonly signal?: AbortSignal;
}

export interface PrepareOptions {
    /** False: bare laptops, without the files of k3s and with a stack file that does not name them. */
    readonly program?: boolean;
}

/** What a stack file says of a laptop, and the one that it describes. */
export interface AddedLaptop extends LaptopSpec {
    /** `ssh-ed25519 AAAA...` */
    readonly hostKey: string;
}

/** How long the ingress may take to know the page's pod. */
const PAGE_SECONDS = 90;

/** A lab on this machine: its laptops, its state folder, and the program run against them. */
export class Lab {
    private readonly repository: string;
    private readonly state: State;
    private readonly cache: string;
    private readonly progress: Progress;
    private readonly signal: AbortSignal | undefined;

    private constructor(
        readonly name: LabName,
        options: LabOptions,
    ) {
        const environment = options.environment ?? process.env;
        this.repository = options.repository ?? resolve(__dirname, "..");
        this.state = new State(stateFolder(this.repository, name, environment));
        this.cache = cacheFolder(environment);
        this.progress = options.progress ?? progressTo();
        this.signal = options.signal;
    }

    /** @throws Error for a name that no lab has. Touches nothing. */
    static open(name = "lab", options: LabOptions = {}): Lab {
        return new Lab(labName(name), options);
    }

    get stateDir(): string {
        return this.state.folder;
    }
    /** The completed stack file; there after `prepare`. */
    get stackFile(): string {
        return this.state.stackFile;
    }
    /** Opens the secrets of the stack file and the journal. */
    get passphrase(): string {
        return this.state.passphrase();
    }
    /** Of the user on every laptop. */
    get sudoPassword(): string {
        return this.state.sudoPassword();
    }
    get privateKeyFile(): string {
        return this.state.privateKeyFile;
    }
    /** Those of the stack file, then those that were added. */
    get laptops(): readonly LaptopSpec[] {
        return [...this.committedLaptops, ...this.state.addedLaptops()];
    }

    /** Everything up to the program: prerequisites, artifacts, running laptops, the completed stack file. */
    prepare(options: PrepareOptions = {}): Promise<readonly Part[]> {
        return this.locked(() => this.prepareLocked(options));
    }

    /** The whole lab, to the page that comes through the ingress. */
    up(): Promise<LabStatus> {
        return this.locked(async () => {
            const begun = Date.now();
            const parts = await this.prepareLocked({});
            const outputs = await this.progress.step("Running the program", (report) => this.runProgram(parts, report));
            const gaps = readGaps(join(this.repository, "lab/k3s/gaps.json"));
            const url = outputs.helloUrl;
            if (typeof url === "string") {
                await this.progress.step(`Fetching ${url} through the ingress of ${this.server.name}`, () =>
                    waitForPage(this.server.address, url, PAGE_SECONDS, this.signal),
                );
            }
            this.state.saveLastUp({ parts, gaps, outputs: { helloUrl: url }, seconds: (Date.now() - begun) / 1000 });
            return this.status();
        });
    }

    /** What `up` would change, as people read it. Executes nothing on the laptops. */
    async preview(): Promise<string> {
        if (!existsSync(this.stackFile)) throw new Error(`lab ${this.name} has no laptops yet: ${this.upCommand}`);
        const parts = this.savedParts() ?? [];
        if (choiceOf(parts, "engine") === "official") return this.pulumiCli(parts, () => undefined).preview();
        const result = await preview(this.engineOptions());
        return renderResult(result, false);
    }

    /** For the lab's own engine; what is given replaces what the lab would take. */
    engineOptions(changes: Partial<EngineOptions> = {}): EngineOptions {
        return {
            projectDir: this.repository,
            stackName: "lab",
            stackFile: this.stackFile,
            stateDir: this.state.engineFolder,
            passphrase: this.passphrase,
            ...(this.signal === undefined ? {} : { signal: this.signal }),
            ...changes,
        };
    }

    /** What this machine has, reaches and lacks; changes nothing. */
    look(): Promise<{ readonly parts: readonly Part[]; readonly verdict: Verdict }> {
        return look(this.setupOptions());
    }

    async status(): Promise<LabStatus> {
        const [states, memory] = await this.containers();
        const lastUp = this.state.lastUp();
        const url = lastUp?.outputs.helloUrl;
        const serverIsOn = states.get(this.server.name) === "running";
        const [nodes, page] = await Promise.all([
            serverIsOn ? this.nodes() : new Map<string, NodeStatus>(),
            typeof url === "string" ? this.page(url, serverIsOn) : undefined,
        ]);
        const rows = this.laptops.map(({ name, role, address }): LaptopStatus => {
            const [memoryBytes, node] = [memory.get(name), nodes.get(name)];
            return {
                ...{ name, role, address, state: states.get(name) ?? "absent" },
                ...(memoryBytes === undefined ? {} : { memoryBytes }),
                ...(node === undefined ? {} : { node }),
            };
        });
        const parts = lastUp?.parts ?? this.savedParts() ?? [];
        return {
            ...{ lab: this.name, up: isUp(rows, page), laptops: rows },
            memoryBytes: [...memory.values()].reduce((sum, bytes) => sum + bytes, 0),
            ...(page === undefined ? {} : { page }),
            ...{ parts, notHad: allNotHad(parts, lastUp?.gaps ?? []) },
        };
    }

    /**
     * Takes everything away but the cache, whatever state it is in.
     *
     * @returns what was removed, a line each; nothing on a second call.
     */
    async down(): Promise<string[]> {
        const isThere = this.state.exists();
        return this.locked(async () => {
            const removed = await laptops.destroyLaptops(this.name, this.stateDir);
            // The laptops' disks hold root's files; a mount that is still there stops the removal, not what it shows.
            await runAsRoot(["rm", "-rf", "--one-file-system", this.stateDir]);
            if (isThere) removed.push(`folder ${this.stateDir}`);
            removeIfEmpty(dirname(this.stateDir));
            return removed;
        });
    }

    /** Runs a command on a laptop as its user, by SSH with the pinned host key. */
    ssh(laptop: string, command: string, options: RunOptions = {}): Promise<RunResult> {
        return run([...this.sshCommand(laptop), command], options);
    }

    /** The `ssh` that reaches a laptop. */
    sshCommand(laptop: string): string[] {
        const { user, address } = this.laptop(laptop);
        return [
            ...["ssh", "-i", this.privateKeyFile, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"],
            ...["-o", `UserKnownHostsFile=${this.state.knownHostsFile}`, "-o", "GlobalKnownHostsFile=/dev/null"],
            ...["-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"],
            `${user}@${address}`,
        ];
    }

    /** kubectl on the server, as root there. */
    kubectl(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
        return run(this.kubectlCommand(args), options);
    }

    kubectlCommand(args: readonly string[], flags: readonly string[] = ["--interactive"]): string[] {
        return asRoot([
            "podman",
            "exec",
            ...flags,
            containerName(this.name, this.server.name),
            "k3s",
            "kubectl",
            ...args,
        ]);
    }

    /** The journal of k3s on one laptop. */
    logsCommand(laptop: string, follow: boolean): string[] {
        const journal = ["journalctl", "--no-pager", "--lines=200", "--unit=k3s", "--unit=k3s-agent"];
        const name = containerName(this.name, this.laptop(laptop).name);
        return asRoot(["podman", "exec", name, ...journal, ...(follow ? ["--follow"] : [])]);
    }

    /** Runs a shell command on a laptop as root, past sshd: to look at it from outside. */
    exec(laptop: string, command: string, options: RunOptions = {}): Promise<RunResult> {
        return laptops.exec(this.name, this.laptop(laptop).name, command, options);
    }

    reboot(laptop: string): Promise<void> {
        return laptops.rebootLaptop(this.name, this.laptop(laptop), this.signal);
    }
    powerOff(laptop: string): Promise<void> {
        return laptops.powerOff(this.name, this.laptop(laptop));
    }
    cutPower(laptop: string): Promise<void> {
        return laptops.cutPower(this.name, this.laptop(laptop));
    }
    powerOn(laptop: string): Promise<void> {
        return laptops.powerOn(this.name, this.laptop(laptop), this.signal);
    }

    /**
     * Makes and starts one more bare laptop, which the lab then knows like its others; one that was added before is
     * switched on. The stack file is not changed: to name the laptop there is what makes it part of a cluster.
     *
     * @throws Error for a name that the stack file gives to one of its own, and for a lab without laptops.
     */
    addLaptop(name: string, role = "agent"): Promise<AddedLaptop> {
        return this.locked(async () => {
            const [committed] = this.committedLaptops.filter((laptop) => laptop.name === name);
            if (committed !== undefined) {
                throw new Error(
                    `laptop ${name} is one of Pulumi.lab.yaml (${committed.address}): wanted another name, or replaceLaptop`,
                );
            }
            const added = this.state.addedLaptops();
            const laptop =
                added.find((laptop) => laptop.name === name) ??
                addedLaptop(name, role, this.laptops, SUBNETS[this.name], this.server.user);
            // Noted first, so that `down` and a second call know of one whose making was interrupted.
            this.state.saveAddedLaptops([...added.filter((other) => other.name !== name), laptop]);
            return { ...laptop, hostKey: await this.makeLaptop(laptop) };
        });
    }

    /**
     * Destroys a laptop, as when it died, and makes a bare one of the same name and address: another host key, another
     * machine-id, empty disks. The lab's own stack file keeps the old host key until the next `prepare`.
     *
     * @returns the new host key, `ssh-ed25519 AAAA...`
     */
    replaceLaptop(name: string): Promise<string> {
        return this.locked(async () => {
            const laptop = this.laptop(name);
            await laptops.destroyLaptop(this.name, this.stateDir, name);
            return this.makeLaptop(laptop);
        });
    }

    /**
     * Takes a laptop away for good: container and disks. The lab forgets one that was added; one of its stack file is
     * made anew by the next `prepare`. Does nothing for a laptop that it does not know.
     */
    removeLaptop(name: string): Promise<void> {
        return this.locked(async () => {
            const laptop = this.laptops.find((laptop) => laptop.name === name);
            if (laptop === undefined) return;
            await laptops.destroyLaptop(this.name, this.stateDir, name);
            this.state.write("known_hosts", withHostKey(this.state.knownHosts(), laptop.address));
            this.state.saveAddedLaptops(this.state.addedLaptops().filter((other) => other.name !== name));
        });
    }

    /** @throws Error that names the laptops there are. */
    laptop(name: string): LaptopSpec {
        const found = this.laptops.find((laptop) => laptop.name === name);
        if (found !== undefined) return found;
        const names = this.laptops.map((laptop) => laptop.name).join(", ");
        throw new Error(`lab ${this.name} has no laptop ${name}; it has ${names}`);
    }

    /** @returns its host key */
    private async makeLaptop(laptop: LaptopSpec): Promise<string> {
        const { image } = await this.artifacts(this.partsOfLaptops(), false);
        const [made] = await this.progress.step(`Starting ${laptop.name} (${laptop.address})`, async () =>
            laptops.createLaptops({ ...(await this.laptopsOptions(image)), laptops: [laptop] }),
        );
        if (made === undefined) throw new Error(`laptop ${laptop.name} was not made`);
        this.state.write("known_hosts", withHostKey(this.state.knownHosts(), laptop.address, made.hostKey));
        return made.hostKey;
    }

    private async laptopsOptions(image: LaptopImage): Promise<LaptopsOptions> {
        return {
            lab: this.name,
            stateDir: this.stateDir,
            laptops: this.laptops,
            image,
            sudoPassword: () => this.state.sudoPassword(),
            authorizedKey: await this.state.authorizedKey(),
            signal: this.signal,
        };
    }

    /** The k3s that the lab's own stack file names; `setK3s` puts it into another one. Builds what is missing. */
    presentK3s(): Promise<K3sFiles> {
        return this.k3sFiles("k3s", "Building k3s, where it is not in the cache", (version) => version);
    }

    /** An older k3s, from which one step leads to the present one: what an upgrade starts from. Builds what is missing. */
    previousK3s(): Promise<K3sFiles> {
        return this.k3sFiles(
            "k3s-previous",
            "Building the k3s to upgrade from, where it is not in the cache",
            releaseBefore,
        );
    }

    private async k3sFiles(
        artifact: "k3s" | "k3s-previous",
        step: string,
        release: (version: string) => string,
    ): Promise<K3sFiles> {
        const parts = this.partsOfLaptops();
        if (choiceOf(parts, "k3s") === "official") {
            return releaseFiles(parts, release(this.setupOptions().k3sVersion));
        }
        return standInFiles((await this.build(step, [artifact]))[artifact]);
    }

    private get server(): LaptopSpec {
        const server = this.laptops.find(({ role }) => role === "server");
        if (server === undefined) throw new Error("Pulumi.lab.yaml names no laptop with the role server");
        return server;
    }

    private get committedLaptops(): readonly LaptopSpec[] {
        return laptopsOf(this.committedStackFile(), SUBNETS[this.name]);
    }

    private committedStackFile(): string {
        return readFileSync(join(this.repository, "Pulumi.lab.yaml"), "utf8");
    }

    /** Where the parts of the laptops that are there came from. */
    private partsOfLaptops(): readonly Part[] {
        const parts = this.savedParts();
        if (parts === undefined) throw new Error(`lab ${this.name} has no laptops yet: ${this.upCommand}`);
        return parts;
    }

    private get upCommand(): string {
        return this.name === "lab" ? "npm run lab" : `npm run lab -- --name ${this.name}`;
    }

    private savedParts(): readonly Part[] | undefined {
        const file = this.state.file("parts.json");
        return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Part[]) : undefined;
    }

    private setupOptions(): SetupOptions {
        const named = valueIn(this.committedStackFile(), ["onprem-blog:k3s", "version"]);
        return {
            repository: this.repository,
            cache: this.cache,
            folders: [this.stateDir, "/var/lib/containers"],
            k3sVersion: typeof named === "string" ? named : DEFAULT_VERSION,
            // Laptops that run one k3s must not be given another because a network came back.
            parts: this.savedParts(),
            signal: this.signal,
        };
    }

    private async prepareLocked({ program = true }: PrepareOptions): Promise<readonly Part[]> {
        const parts = await setUp(this.setupOptions(), this.progress);
        this.state.write("parts.json", `${JSON.stringify(parts, null, 2)}\n`);
        const { image, k3s } = await this.artifacts(parts, program);
        const made = await this.progress.step("Starting the laptops", async (report) => {
            const laptopsMade = await laptops.createLaptops(await this.laptopsOptions(image));
            laptopsMade
                .filter(({ created }) => created)
                .forEach(({ name }) => {
                    report(`${name} (${this.laptop(name).address}) made`);
                });
            return laptopsMade;
        });
        const hostKeys = Object.fromEntries(made.map(({ name, hostKey }) => [name, hostKey]));
        const known = made.map(({ name, hostKey }) => `${this.laptop(name).address} ${hostKey}\n`);
        this.state.write("known_hosts", known.join(""));
        const completed = completeStackFile(this.committedStackFile(), {
            ...this.state.sealed(),
            subnet: SUBNETS[this.name],
            hostKeys,
            privateKeyFile: this.privateKeyFile,
            ...(k3s === undefined ? {} : { k3s }),
        });
        this.state.write("Pulumi.lab.yaml", completed);
        return parts;
    }

    private async artifacts(parts: readonly Part[], program: boolean): Promise<{ image: LaptopImage; k3s?: K3sFiles }> {
        const needsRootfs = choiceOf(parts, "laptops") !== "official";
        const needsK3s = program && choiceOf(parts, "k3s") !== "official";
        const names = [...(needsRootfs ? ["laptop-rootfs" as const] : []), ...(needsK3s ? ["k3s" as const] : [])];
        const folders = await this.build("Building what is not in the cache", names);
        const image: LaptopImage = needsRootfs
            ? { kind: "rootfs", folder: folders["laptop-rootfs"] }
            : { kind: "ubuntu" };
        if (needsK3s) return { image, k3s: standInFiles(folders.k3s) };
        return program ? { image, k3s: releaseFiles(parts) } : { image };
    }

    private build(step: string, names: readonly ArtifactName[]): Promise<Record<ArtifactName, string>> {
        return this.progress.step(step, (report) =>
            ensure(names, ({ name, phase, seconds }) => {
                if (phase !== "cached")
                    report(`${name}: ${phase}${phase === "built" ? ` in ${seconds.toFixed(0)} s` : ""}`);
            }),
        );
    }

    /** @returns the stack's outputs */
    private async runProgram(
        parts: readonly Part[],
        report: (detail: string) => void,
    ): Promise<Record<string, unknown>> {
        if (choiceOf(parts, "engine") === "official") return this.pulumiCli(parts, report).up();
        const result = await up(
            this.engineOptions({
                onEvent: (event) => {
                    const line = renderEvent(event);
                    if (line !== undefined) report(line.trim());
                },
            }),
        );
        const { created, changed, unchanged } = result.counts;
        if (!result.ok) throw new Error(["the program failed:", ...result.errors].join("\n"));
        report(`${created} created, ${changed} changed, ${unchanged} unchanged`);
        return result.outputs;
    }

    private pulumiCli(parts: readonly Part[], onLine: (line: string) => void): PulumiCli {
        const onPath = parts.some(({ part, what }) => part === "engine" && what.endsWith("on PATH"));
        const manifest = join(this.repository, "node_modules/@pulumi/pulumi/package.json");
        const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
        return new PulumiCli({
            command: onPath ? ["pulumi"] : ["npx", "--yes", `pulumi@${version}`],
            projectDir: this.repository,
            stackName: "lab",
            stackFile: this.stackFile,
            stateDir: this.state.file("pulumi"),
            passphraseFile: this.state.passphraseFile,
            onLine,
            signal: this.signal,
        });
    }

    private async containers(): Promise<readonly [ReadonlyMap<string, string>, ReadonlyMap<string, number>]> {
        // A lab that was never up asks nothing of podman, which need not be there then.
        if (!this.state.exists()) return [new Map(), new Map()];
        return Promise.all([laptops.laptopStates(this.name), laptops.memoryUsed(this.name)]);
    }

    private async nodes(): Promise<ReadonlyMap<string, NodeStatus>> {
        try {
            const args = ["get", "nodes", "--output", "json", "--request-timeout=5s"];
            return parseNodes((await this.kubectl(args, { timeoutSeconds: 15 })).stdout);
        } catch {
            // No k3s yet, or none that answers: the laptops are shown without nodes.
            return new Map();
        }
    }

    private async page(url: string, serverIsOn: boolean): Promise<PageStatus> {
        const { address } = this.server;
        try {
            const [{ status, milliseconds }, servedBy] = await Promise.all([
                fetchFrom(address, url),
                serverIsOn ? this.nodeOfPage() : undefined,
            ]);
            return {
                ...{ url, address, ok: status === 200, milliseconds },
                ...(status === 200 ? {} : { fault: `answered with status ${status}` }),
                ...(servedBy === undefined ? {} : { servedBy }),
            };
        } catch (error) {
            return { url, address, ok: false, fault: error instanceof Error ? error.message : String(error) };
        }
    }

    /** Where the pod runs that serves the page, if the cluster says. */
    private async nodeOfPage(): Promise<string | undefined> {
        const selector = ["--all-namespaces", "--selector", "app.kubernetes.io/name=hello"];
        const output = ["--output", "jsonpath={.items[*].spec.nodeName}", "--request-timeout=5s"];
        try {
            const { stdout } = await this.kubectl(["get", "pods", ...selector, ...output], { timeoutSeconds: 15 });
            return stdout === "" ? undefined : stdout;
        } catch {
            return undefined;
        }
    }

    private async locked<T>(work: () => Promise<T>): Promise<T> {
        this.state.make();
        const release = await takeLock(this.state.file("lock"));
        try {
            return await work();
        } finally {
            await release();
        }
    }
}

/** The official files; their images from the registry where it can be reached, else from the release. */
function releaseFiles(parts: readonly Part[], version?: string): K3sFiles {
    const images = parts.some(({ part, what }) => part === "images" && what.includes("docker.io"));
    return {
        ...{ source: "release", images: images ? "registry" : "release" },
        ...(version === undefined ? {} : { version }),
    };
}

/** `lab/k3s/gaps.json`: what the stand-in has not, and why. */
function readGaps(file: string): string[] {
    if (!existsSync(file)) return [];
    const gaps = JSON.parse(readFileSync(file, "utf8")) as { readonly part: string; readonly reason: string }[];
    return gaps.map(({ part, reason }) => `${part}: ${reason}`);
}

function removeIfEmpty(folder: string): void {
    if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}
