import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./cache";

/** Where a build was tried, and why it failed. */
export class BuildError extends Error {}

export interface Build {
    readonly name: string;
    /** The artifact's absolute source folder. */
    readonly source: string;
    /** The absolute folder that the artifact becomes. */
    readonly target: string;
    readonly environment: NodeJS.ProcessEnv;
}

const tailLines = 30;

/**
 * Runs in `flock`, so that the kernel frees the lock however a build ends. Whoever waited for the lock finds the
 * artifact there and builds nothing; what an interrupted build left is thrown away.
 */
const lockedBuild = `
set -euo pipefail
source=$1 target=$2
[ -d "$target" ] && exit 0
work=$(dirname "$target")/.building-$(basename "$target")
rm -rf "$work"
mkdir -p "$work"
"$source/build.sh" "$work"
mv "$work" "$target"
`;

/** Builds one artifact, unless another process has done so by then. Output goes to the log only. */
export async function build({ name, source, target, environment }: Build): Promise<void> {
    if (!existsSync(join(source, "build.sh"))) {
        throw new BuildError(`artifact ${name}: ${join(source, "build.sh")} does not exist`);
    }
    const lock = join(cacheFolder("locks"), `${name}.lock`);
    const logFile = join(cacheFolder("logs"), `${name}.log`);
    const log = openSync(logFile, "a");
    const start = `\n== ${new Date().toISOString()} ${target}\n`;
    writeSync(log, start);
    const code = await new Promise<number | string>((resolve, reject) => {
        const arguments_ = [lock, "bash", "-c", lockedBuild, "build", source, target];
        const child = spawn("flock", arguments_, { env: environment, stdio: ["ignore", log, log] });
        child.once("error", reject);
        child.once("close", (exit, signal) => {
            resolve(signal ?? exit ?? "no exit code");
        });
    }).finally(() => {
        closeSync(log);
    });
    if (code !== 0) {
        const text = readFileSync(logFile, "utf8");
        const lines = text.slice(text.lastIndexOf(start) + start.length).trimEnd();
        const tail = lines.split("\n").slice(-tailLines).join("\n");
        throw new BuildError(`artifact ${name}: build.sh ended with ${code}; the end of ${logFile}:\n${tail}`);
    }
}
