import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/*
 * One process at a time works on a folder of services. It leaves a note there of who it is; the next one reads it, and
 * ends what a killed one has left running.
 */

interface Owner {
    readonly pid: number;
    /** When that process started, in the kernel's own clock: a pid is used again. */
    readonly started: string | undefined;
    readonly what: string;
}

const WAIT_MILLISECONDS = 5_000;
const note = (folder: string) => path.join(folder, "owner.json");

/**
 * Takes the folder for this process; `what` is what the next one is told of it, such as its address. Throws where
 * another process has it. Services that nobody owns any more are killed: they would hold data and ports.
 */
export async function takeFolder(folder: string, what: string): Promise<void> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const owner = readOwner(folder);
    if (
        owner !== undefined &&
        owner.pid !== process.pid &&
        startOf(owner.pid) === owner.started &&
        isAlive(owner.pid)
    ) {
        throw new Error(
            `already running: ${owner.what} (process ${String(owner.pid)}); wanted: end it first, by Ctrl-C where it runs`,
        );
    }
    if (owner?.pid !== process.pid) await killLeftovers(folder);
    const own: Owner = { pid: process.pid, started: startOf(process.pid), what };
    writeFileSync(note(folder), JSON.stringify(own), { mode: 0o600 });
}

export function leaveFolder(folder: string): void {
    if (readOwner(folder)?.pid === process.pid) rmSync(note(folder), { force: true });
}

function readOwner(folder: string): Owner | undefined {
    try {
        return JSON.parse(readFileSync(note(folder), "utf8")) as Owner;
    } catch {
        return undefined;
    }
}

function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch {
        return false;
    }
}

/** Field 22 of /proc/<pid>/stat; undefined where there is no /proc, or no such process. */
function startOf(pid: number): string | undefined {
    try {
        const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
        return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    } catch {
        return undefined;
    }
}

/** Services name their data's folder on their command line. */
function servicesOf(folder: string): number[] {
    if (!existsSync("/proc/self/cmdline")) return [];
    return readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
        .filter((pid) => {
            try {
                const [program = "", ...rest] = readFileSync(`/proc/${String(pid)}/cmdline`, "utf8").split("\0");
                const isService = /(^|\/)(mariadbd|redis-server|valkey-server|redis-check-rdb|versitygw)$/.test(
                    program,
                );
                return isService && rest.some((argument) => argument.includes(`${folder}/`));
            } catch {
                return false;
            }
        });
}

async function killLeftovers(folder: string): Promise<void> {
    const left = servicesOf(folder);
    for (const pid of left) process.kill(pid, "SIGKILL");
    const deadline = Date.now() + WAIT_MILLISECONDS;
    while (left.some(isAlive)) {
        if (Date.now() > deadline)
            throw new Error(`a service of an earlier run doesn't end: process ${left.filter(isAlive).join(", ")}`);
        await sleep(20);
    }
}
