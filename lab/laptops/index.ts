import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { containerName, networkName, SUBNETS, type LabName } from "../names";
import { runAsRoot, type RunOptions, type RunResult } from "../run";
import { cgroupVersion, createArguments, hardLimits, podman, podmanJson } from "./podman";

/** One laptop as the stack file describes it. */
export interface LaptopSpec {
    readonly name: string;
    readonly role: string;
    readonly address: string;
    readonly user: string;
}

/** Where a laptop's root file system comes from: an artifact's folder with `rootfs.tar`, or Ubuntu's container image. */
export type LaptopImage = { readonly kind: "rootfs"; readonly folder: string } | { readonly kind: "ubuntu" };

export interface LaptopsOptions {
    readonly lab: LabName;
    readonly stateDir: string;
    readonly laptops: readonly LaptopSpec[];
    readonly image: LaptopImage;
    /** Asked for only when a laptop is made: opening it takes half a second. */
    readonly sudoPassword: () => string;
    /** The line for authorized_keys. */
    readonly authorizedKey: string;
    readonly signal?: AbortSignal | undefined;
}

export interface MadeLaptop {
    readonly name: string;
    /** `ssh-ed25519 AAAA...`: generated when the laptop was made, and the only one it has. */
    readonly hostKey: string;
    /** False for a laptop that was there. */
    readonly created: boolean;
}

const IMAGES = "localhost/onprem-blog/laptop";
const DISKS = ["/var/lib/rancher", "/var/lib/kubelet", "/var/lib/cni"];
/** Inhibitors may delay a shutdown by 90 s, and systemd then gives processes that ignore SIGTERM 90 s more. */
const DOWN_SECONDS = 240;
const hostScript = join(__dirname, "host.sh");
const provisionScript = join(__dirname, "provision.sh");

interface Container {
    readonly Names: readonly string[];
    readonly State: string;
    readonly StartedAt: number;
    readonly Image: string;
    readonly Labels: Readonly<Record<string, string>> | null;
}

/** Makes what is missing and switches on what is off; a laptop that is there keeps its key, its disk and its pods. */
export async function createLaptops(options: LaptopsOptions): Promise<MadeLaptop[]> {
    const there = await containers(options.lab);
    const made = options.laptops.every((laptop) => isMade(options, laptop, there))
        ? await Promise.all(options.laptops.map((laptop) => switchOn(options, laptop, there)))
        : await makeMissing(options, there);
    await Promise.all(options.laptops.map((laptop) => waitUntilUp(options.lab, laptop, options.signal)));
    return made;
}

async function makeMissing(options: LaptopsOptions, there: readonly Container[]): Promise<MadeLaptop[]> {
    await runAsRoot([hostScript, "network", options.lab, SUBNETS[options.lab]], { signal: options.signal });
    const image = await ensureImage(options.image, options.signal);
    return Promise.all(
        options.laptops.map(async (laptop) => {
            const created = !isMade(options, laptop, there);
            if (created) await makeLaptop(options, laptop, image, there);
            return { ...(await switchOn(options, laptop, created ? [] : there)), created };
        }),
    );
}

async function makeLaptop(
    options: LaptopsOptions,
    laptop: LaptopSpec,
    image: string,
    there: readonly Container[],
): Promise<void> {
    const { lab, signal } = options;
    const name = containerName(lab, laptop.name);
    const folder = laptopFolder(options.stateDir, laptop.name);
    if (there.some((container) => isLaptop(container, laptop.name))) {
        // Its making was interrupted at a point that nobody knows; there is nothing in it yet that could be lost.
        await podman(["rm", "--force", "--time", "0", "--volumes", name], { signal });
    }
    await runAsRoot(["rm", "-rf", "--one-file-system", folder], { signal });
    const disks = DISKS.map((to) => ({ from: join(folder, basename(to)), to }));
    disks.forEach((disk) => mkdirSync(disk.from, { recursive: true }));
    const identity = { name, lab, laptop: laptop.name, hostname: laptop.name, address: laptop.address };
    const container = { ...identity, network: networkName(lab), image, disks };
    await podman(createArguments(container, cgroupVersion(), hardLimits()), { signal });
    const { stdout } = await runAsRoot([provisionScript, name, laptop.name, laptop.user], {
        input: `${options.sudoPassword()}\n${options.authorizedKey}\n`,
        signal,
    });
    // Written last: without it the next run makes the laptop anew.
    writeFileSync(hostKeyFile(options, laptop), `${stdout.trim().split("\n").at(-1) ?? ""}\n`);
}

async function switchOn(options: LaptopsOptions, laptop: LaptopSpec, there: readonly Container[]): Promise<MadeLaptop> {
    const isOn = there.some((container) => isLaptop(container, laptop.name) && container.State === "running");
    if (!isOn) await podman(["start", containerName(options.lab, laptop.name)], { signal: options.signal });
    return {
        name: laptop.name,
        hostKey: readFileSync(hostKeyFile(options, laptop), "utf8").trim(),
        created: false,
    };
}

/** Made and provisioned; one without its host key in the state folder was interrupted. */
function isMade(options: LaptopsOptions, laptop: LaptopSpec, there: readonly Container[]): boolean {
    return there.some((container) => isLaptop(container, laptop.name)) && existsSync(hostKeyFile(options, laptop));
}

function laptopFolder(stateDir: string, laptop: string): string {
    return join(stateDir, "laptops", laptop);
}

function hostKeyFile(options: LaptopsOptions, laptop: LaptopSpec): string {
    return join(laptopFolder(options.stateDir, laptop.name), "host-key.pub");
}

/** The containers of a lab, whatever their state. */
async function containers(lab: LabName): Promise<readonly Container[]> {
    const filter = `label=onprem-blog.lab=${lab}`;
    return (await podmanJson<Container[] | null>(["ps", "--all", "--format", "json", "--filter", filter])) ?? [];
}

/** The laptops that exist, by name, and whether they are switched on. */
export async function laptopStates(lab: LabName): Promise<ReadonlyMap<string, string>> {
    const there = await containers(lab);
    return new Map(there.map((container) => [container.Labels?.["onprem-blog.laptop"] ?? "", container.State]));
}

async function ensureImage(image: LaptopImage, signal: AbortSignal | undefined): Promise<string> {
    const tag = image.kind === "rootfs" ? basename(image.folder) : `ubuntu-${ubuntuKey()}`;
    const name = `${IMAGES}:${tag.toLowerCase()}`;
    if ((await podman(["image", "exists", name], { accept: [0, 1] })).code === 0) return name;
    const build =
        image.kind === "rootfs"
            ? ["import", join(image.folder, "rootfs.tar"), name]
            : ["build", "--tag", name, "--file", join(__dirname, "ubuntu.Containerfile"), __dirname];
    await podman(build, { signal });
    return name;
}

function ubuntuKey(): string {
    const hash = createHash("sha256");
    for (const file of ["ubuntu.Containerfile", "rootfs/lab-init.sh", "rootfs/remember-poweroff.sh"]) {
        hash.update(readFileSync(join(__dirname, file)));
    }
    return hash.digest("hex").slice(0, 12);
}

/** Runs a shell command in a laptop as root and past sshd, for looking at it from outside. Input goes to its stdin. */
export function exec(lab: LabName, laptop: string, command: string, options: RunOptions = {}): Promise<RunResult> {
    return podman(["exec", "--interactive", containerName(lab, laptop), "bash", "-c", command], options);
}

/** Reboots as somebody would who typed it there, and waits until it is up again. */
export async function rebootLaptop(lab: LabName, laptop: LaptopSpec, signal?: AbortSignal): Promise<void> {
    const before = await startedAt(lab, laptop.name);
    await exec(lab, laptop.name, "systemctl reboot --no-block", { signal });
    await until(DOWN_SECONDS, `${laptop.name} to go down and start again`, async () => {
        const now = (await containers(lab)).find((container) => isLaptop(container, laptop.name));
        return now?.State === "running" && now.StartedAt !== before;
    });
    await waitUntilUp(lab, laptop, signal);
}

/** An orderly shutdown; the laptop stays off until `powerOn`. */
export async function powerOff(lab: LabName, laptop: LaptopSpec): Promise<void> {
    await exec(lab, laptop.name, "systemctl poweroff --no-block");
    await until(DOWN_SECONDS, `${laptop.name} to switch itself off`, async () => {
        return (await laptopStates(lab)).get(laptop.name) === "exited";
    });
}

/** As if the cable and the battery were pulled: nothing on the laptop gets to know. */
export async function cutPower(lab: LabName, laptop: LaptopSpec): Promise<void> {
    await podman(["kill", "--signal", "KILL", containerName(lab, laptop.name)]);
    await until(30, `${laptop.name} to be off`, async () => (await laptopStates(lab)).get(laptop.name) === "exited");
}

export async function powerOn(lab: LabName, laptop: LaptopSpec, signal?: AbortSignal): Promise<void> {
    await podman(["start", containerName(lab, laptop.name)], { signal });
    await waitUntilUp(lab, laptop, signal);
}

/** Until everybody may log in, as systemd allows when it's nearly through booting, and sshd answers. */
async function waitUntilUp(lab: LabName, laptop: LaptopSpec, signal: AbortSignal | undefined): Promise<void> {
    await until(90, `systemd on ${laptop.name}`, async () => {
        signal?.throwIfAborted();
        // Not `is-system-running`: an agent's k3s is starting, and with it the boot, for as long as its server is away.
        const result = await exec(lab, laptop.name, "systemctl is-active systemd-user-sessions || true", {
            accept: [0, 125, 126, 255],
        });
        return result.stdout.trim() === "active";
    });
    await until(30, `sshd on ${laptop.name} (${laptop.address}:22)`, () => greetsAsSsh(laptop.address, 22));
}

function greetsAsSsh(address: string, port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect({ host: address, port, timeout: 2000 });
        const finish = (answer: boolean) => {
            socket.destroy();
            resolve(answer);
        };
        socket.on("data", (data) => {
            finish(data.toString("latin1").startsWith("SSH-2.0"));
        });
        socket.on("timeout", () => {
            finish(false);
        });
        socket.on("error", () => {
            finish(false);
        });
        socket.on("close", () => {
            finish(false);
        });
    });
}

async function startedAt(lab: LabName, laptop: string): Promise<number | undefined> {
    return (await containers(lab)).find((container) => isLaptop(container, laptop))?.StartedAt;
}

function isLaptop(container: Container, laptop: string): boolean {
    return container.Labels?.["onprem-blog.laptop"] === laptop;
}

async function until(seconds: number, what: string, done: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!(await done())) {
        if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`);
        await sleep(250);
    }
}

/** What one laptop's container uses now, in bytes: its processes and the page cache they hold. */
export async function memoryUsed(lab: LabName): Promise<ReadonlyMap<string, number>> {
    const there = (await containers(lab)).filter((container) => container.State === "running");
    if (there.length === 0) return new Map();
    const names = there.map((container) => container.Names[0] ?? "");
    const stats = await podman([
        "stats",
        "--no-stream",
        "--no-reset",
        "--format",
        "{{.Name}} {{.MemUsageBytes}}",
        ...names,
    ]);
    return parseMemory(stats.stdout, lab);
}

/** `podman stats` prints `<container> 1.5GiB / 23GiB`. */
export function parseMemory(stats: string, lab: LabName): ReadonlyMap<string, number> {
    const units: Record<string, number> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, kB: 1e3, MB: 1e6, GB: 1e9 };
    const used = new Map<string, number>();
    for (const line of stats.split("\n")) {
        const match = /^(\S+) ([\d.]+)([A-Za-z]+) \//.exec(line.trim());
        const unit = units[match?.[3] ?? ""];
        if (match?.[1] === undefined || unit === undefined) continue;
        used.set(match[1].replace(containerName(lab, ""), ""), Math.round(Number(match[2]) * unit));
    }
    return used;
}

/** Takes one laptop and its disks away, as when it died; the network and the others stay. Nothing on a second call. */
export async function destroyLaptop(lab: LabName, stateDir: string, laptop: string): Promise<void> {
    for (const container of (await containers(lab)).filter((container) => isLaptop(container, laptop))) {
        await podman(["rm", "--force", "--time", "0", "--volumes", container.Names[0] ?? ""]);
    }
    const folder = laptopFolder(stateDir, laptop);
    await unmountBelow(folder);
    await runAsRoot(["rm", "-rf", "--one-file-system", folder]);
}

/**
 * Takes the laptops, their network, image and traces on this machine away, whatever state they are in.
 *
 * @returns what was removed, a line each; nothing on a second call.
 */
export async function destroyLaptops(lab: LabName, stateDir: string): Promise<string[]> {
    const names = (await containers(lab)).map((container) => container.Names[0] ?? "");
    await Promise.all(names.map((name) => podman(["rm", "--force", "--time", "0", "--volumes", name])));
    const removed = names.map((name) => `container ${name}`);
    removed.push(...(await unmountBelow(stateDir)).map((mount) => `mount ${mount}`));
    const { stdout } = await runAsRoot([hostScript, "restore", lab]);
    removed.push(...stdout.split("\n").filter((line) => line !== ""));
    return removed;
}

/** @returns what was mounted there */
async function unmountBelow(folder: string): Promise<string[]> {
    const mounts = readFileSync("/proc/mounts", "utf8")
        .split("\n")
        .map((line) => line.split(" ")[1] ?? "")
        .filter((path) => path.startsWith(`${folder}/`))
        .reverse();
    for (const mount of mounts) {
        await runAsRoot(["umount", "--lazy", mount]);
    }
    return mounts;
}
