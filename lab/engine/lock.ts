/** A lock file, so that two runs on one journal never meet. A lock whose process is gone is taken over. */
import { readFileSync } from "node:fs";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";

interface Holder {
    readonly pid: number;
    /** Start of the process in clock ticks since boot, so that a reused pid is not taken for the holder. */
    readonly started: string;
    readonly since: string;
}

/** The 22nd field of /proc/<pid>/stat; empty when there is no such process (or no /proc). */
function startOf(pid: number): string {
    try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
    } catch {
        return "";
    }
}

function isAlive(holder: Holder): boolean {
    try {
        process.kill(holder.pid, 0);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EPERM") {
            return false;
        }
    }
    const started = startOf(holder.pid);
    return started === "" || holder.started === "" || started === holder.started;
}

function parseHolder(text: string): Holder | undefined {
    try {
        return JSON.parse(text) as Holder;
    } catch {
        return undefined;
    }
}

/**
 * Takes the lock, or throws an error that names the process holding it.
 *
 * @returns releases it
 */
export async function takeLock(file: string): Promise<() => Promise<void>> {
    const holder: Holder = { pid: process.pid, started: startOf(process.pid), since: new Date().toISOString() };
    const own = `${file}.${randomUUID()}`;
    await writeFile(own, JSON.stringify(holder), { mode: 0o600, flag: "wx" });
    try {
        for (let attempt = 0; attempt < 10; attempt++) {
            try {
                // A hard link either makes the whole lock or fails: no reader ever sees half of it.
                await link(own, file);
                return () => rm(file, { force: true });
            } catch (error) {
                if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
                    throw error;
                }
            }
            const text = await readFile(file, "utf8").catch(() => "");
            const other = parseHolder(text);
            if (other && isAlive(other)) {
                throw new Error(
                    `another run holds ${file} (process ${other.pid}, since ${other.since}); wait for it to end`,
                );
            }
            await removeStale(file, text);
        }
        throw new Error(`${file} can't be taken over; remove it when no other run is going on`);
    } finally {
        await rm(own, { force: true });
    }
}

/** Takes a dead process's lock away; puts it back when another run took it over in between. */
async function removeStale(file: string, expected: string): Promise<void> {
    const aside = `${file}.${randomUUID()}`;
    try {
        await rename(file, aside);
    } catch {
        return;
    }
    if ((await readFile(aside, "utf8")) !== expected) {
        await link(aside, file).catch(() => undefined);
    }
    await rm(aside, { force: true });
}
