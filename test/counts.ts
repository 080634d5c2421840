import { spawn } from "node:child_process";

/** What one runner of tests counted; `code` is its exit code. */
export interface Counts {
    readonly code: number;
    readonly passed: number;
    readonly failed: number;
    readonly skipped: number;
}

/** The counts in a runner's closing line, "N passed, N failed, N skipped": the last one that it printed. */
export function countsOf(output: string): Omit<Counts, "code"> | undefined {
    const [, passed, failed, skipped] =
        [...output.matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped$/gm)].at(-1) ?? [];
    if (passed === undefined) return undefined;
    return { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) };
}

/** Runs a runner on this terminal and reads its closing line. One that ends without it counts as a failure. */
export function runCounted(command: readonly string[]): Promise<Counts> {
    const [file = "", ...args] = command;
    return new Promise((resolve, reject) => {
        const colour = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
        const child = spawn(file, args, {
            stdio: ["inherit", "pipe", "inherit"],
            env: { ...process.env, ...colour },
        });
        let end = "";
        child.stdout.on("data", (chunk: Buffer) => {
            process.stdout.write(chunk);
            end = (end + chunk.toString()).slice(-4_000);
        });
        child.on("error", reject);
        child.on("close", (code) => {
            resolve({ code: code ?? 128, ...(countsOf(end) ?? { passed: 0, failed: 1, skipped: 0 }) });
        });
    });
}

/** Prints the sum as the last line; the exit code of all together. */
export function summary(counts: readonly Counts[]): number {
    const sum = (of: (count: Counts) => number) => counts.reduce((total, count) => total + of(count), 0);
    const failed = sum((count) => count.failed);
    if (counts.length > 1) {
        console.log(
            `\nall together:\n${sum((count) => count.passed)} passed, ${failed} failed, ${sum((count) => count.skipped)} skipped`,
        );
    }
    return failed > 0 ? 1 : Math.max(...counts.map((count) => count.code));
}
