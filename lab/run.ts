import { spawn } from "node:child_process";

export interface RunOptions {
    /** Written to stdin, which is then closed; the only way a secret may reach another process. */
    readonly input?: string;
    readonly cwd?: string;
    /** Added to the environment of this process. */
    readonly env?: Readonly<Record<string, string>>;
    readonly timeoutSeconds?: number;
    readonly signal?: AbortSignal | undefined;
    /** Every line of stdout and stderr as it comes. */
    readonly onLine?: (line: string) => void;
    /** Exit codes that are an answer and no failure; [0] unless given. */
    readonly accept?: readonly number[];
}

export interface RunResult {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
}

/** A command that could not be started, was ended, or exited with a code that was not expected. */
export class RunError extends Error {
    override readonly name = "RunError";
    constructor(
        message: string,
        readonly result: RunResult,
    ) {
        super(message);
    }
}

/**
 * Runs a command to its end.
 *
 * @throws RunError with the command and the last lines of its stderr. Arguments are shown, so no secret may be one.
 */
export function run(command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const [file = "", ...args] = command;
    const shown = command.join(" ").slice(0, 300);
    return new Promise((resolve, reject) => {
        const child = spawn(file, args, {
            cwd: options.cwd,
            env: { ...process.env, ...options.env },
            stdio: ["pipe", "pipe", "pipe"],
            ...(options.signal ? { signal: options.signal } : {}),
            ...(options.timeoutSeconds === undefined ? {} : { timeout: options.timeoutSeconds * 1000 }),
        });
        const streams = { stdout: "", stderr: "" };
        for (const name of ["stdout", "stderr"] as const) {
            let rest = "";
            child[name].setEncoding("utf8").on("data", (text: string) => {
                streams[name] += text;
                if (options.onLine === undefined) return;
                const lines = (rest + text).split("\n");
                rest = lines.pop() ?? "";
                lines.forEach(options.onLine);
            });
        }
        // A child that ends without reading its stdin breaks the pipe; its exit code says what is wrong.
        child.stdin.on("error", () => undefined);
        child.stdin.end(options.input ?? "");
        child.on("error", (error) => {
            if (error.name === "AbortError") reject(error);
            else reject(new RunError(`${shown}: ${error.message}`, { code: 127, ...streams }));
        });
        child.on("close", (code, signal) => {
            const result = { code: code ?? 128, ...streams };
            if (code !== null && (options.accept ?? [0]).includes(code)) {
                resolve(result);
                return;
            }
            const ended =
                signal === null
                    ? `exit code ${code ?? "unknown"}`
                    : `ended by ${signal}${options.timeoutSeconds === undefined ? "" : ` (time limit ${options.timeoutSeconds} s)`}`;
            const last = (streams.stderr.trim() || streams.stdout.trim()).split("\n").slice(-15).join("\n");
            reject(new RunError(`${shown}: ${ended}${last === "" ? "" : `\n${last}`}`, result));
        });
    });
}

/** Runs a command on this terminal and gives its exit code. */
export function runHere(command: readonly string[]): Promise<number> {
    const [file = "", ...args] = command;
    return new Promise((resolve, reject) => {
        const child = spawn(file, args, { stdio: "inherit" });
        child.on("error", reject);
        child.on("close", (code) => {
            resolve(code ?? 128);
        });
    });
}

/** The command as root: containers, networks and their firewall rules are root's. */
export function asRoot(command: readonly string[]): string[] {
    return process.getuid?.() === 0 ? [...command] : ["sudo", "-n", ...command];
}

export function runAsRoot(command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return run(asRoot(command), options);
}
