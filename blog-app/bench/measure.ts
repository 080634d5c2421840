import { spawn } from "node:child_process";

export function median(values: readonly number[]): number {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length / 2;
    return sorted.length % 2 === 1
        ? (sorted[Math.floor(middle)] ?? NaN)
        : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

export function percentile(values: readonly number[], share: number): number {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** Runs a measurement three times; the median of each of its figures. */
export async function medians<Name extends string>(
    measure: () => Promise<Record<Name, number>>,
    runs = 3,
): Promise<Record<Name, number>> {
    const results: Record<Name, number>[] = [];
    for (let run = 0; run < runs; run++) results.push(await measure());
    const names = Object.keys(results[0] ?? {}) as Name[];
    return Object.fromEntries(names.map((name) => [name, median(results.map((result) => result[name]))])) as Record<
        Name,
        number
    >;
}

export interface WrkResult {
    readonly requestsPerSecond: number;
    /** Milliseconds. */
    readonly p99: number;
    /** Answers of another status than 2xx and 3xx, and connections that broke. */
    readonly errors: number;
}

/** wrk with one thread: many requests at a time, gzip taken. */
export async function wrk(program: string, url: string, connections: number, seconds: number): Promise<WrkResult> {
    const output = await outputOf(program, [
        ...["-t1", `-c${String(connections)}`, `-d${String(seconds)}s`, "--latency", "-H", "Accept-Encoding: gzip"],
        url,
    ]);
    return wrkResult(output);
}

/** Reads what wrk prints. */
export function wrkResult(output: string): WrkResult {
    const find = (pattern: RegExp) => pattern.exec(output)?.[1];
    const rate = find(/Requests\/sec:\s+([\d.]+)/);
    const latency = /99%\s+([\d.]+)(us|ms|s)/.exec(output);
    if (rate === undefined || latency === null) throw new Error(`wrk said something else:\n${output}`);
    const perMillisecond = { us: 1000, ms: 1, s: 0.001 }[latency[2] as "us" | "ms" | "s"];
    const socketErrors =
        /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output)?.slice(1) ?? [];
    const errors = socketErrors.reduce(
        (sum, count) => sum + Number(count),
        Number(find(/Non-2xx or 3xx responses: (\d+)/) ?? 0),
    );
    return { requestsPerSecond: Number(rate), p99: Number(latency[1]) / perMillisecond, errors };
}

async function outputOf(program: string, args: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
        const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
        let output = "";
        child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
        child.on("error", reject);
        child.on("close", (code) => {
            if (code === 0) resolve(output);
            else reject(new Error(`${program} ended with ${String(code)}:\n${output}`));
        });
    });
}
