/** Runs the ordinary Pulumi program in a process of its own, by the SDK's own entry point. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { StackConfig } from "./stack-config";

/** What a program may need of its surroundings. KUBECONFIG and the passphrase are not among it. */
const PASSED = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "SSH_AUTH_SOCK"];

export interface ProgramOptions {
    readonly project: string;
    readonly stack: string;
    readonly projectDir: string;
    readonly main: string;
    readonly config: StackConfig;
    readonly dryRun: boolean;
    readonly parallel: number;
    /** host:port of the monitor and engine services. */
    readonly address: string;
    readonly env: Readonly<Record<string, string>>;
    /** One line the program printed. */
    readonly onLine: (line: string, stream: "stdout" | "stderr") => void;
}

export interface Program {
    /** Resolves with the exit code, or the signal's name. */
    readonly ended: Promise<number | string>;
    readonly kill: () => void;
}

export function startProgram(options: ProgramOptions): Program {
    const { config } = options;
    const passed = PASSED.flatMap((name): [string, string][] => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value]];
    });
    const child = spawn(
        process.execPath,
        [
            "--import",
            pathToFileURL(join(__dirname, "preload.mjs")).href,
            require.resolve("@pulumi/pulumi/cmd/run", { paths: [options.projectDir] }),
            ...["--monitor", options.address, "--engine", options.address],
            ...["--organization", "organization", "--project", options.project, "--stack", options.stack],
            ...["--root-directory", options.projectDir, "--pwd", options.projectDir],
            ...["--parallel", String(options.parallel)],
            ...(options.dryRun ? ["--dry-run"] : []),
            options.main,
        ],
        {
            cwd: options.projectDir,
            stdio: ["ignore", "pipe", "pipe"],
            env: {
                ...Object.fromEntries(passed),
                ...options.env,
                PULUMI_CONFIG: JSON.stringify(config.values),
                PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(config.secretKeys),
                PULUMI_NODEJS_TYPESCRIPT: "true",
                PULUMI_NODEJS_TRANSPILE_ONLY: "true",
            },
        },
    );
    for (const stream of ["stdout", "stderr"] as const) {
        createInterface({ input: child[stream] }).on("line", (line) => {
            options.onLine(line, stream);
        });
    }
    const ended = new Promise<number | string>((resolve, reject) => {
        child.once("error", reject);
        // "close" rather than "exit": only then has everything it printed arrived.
        child.once("close", (code, signal) => {
            resolve(signal ?? code ?? 1);
        });
    });
    return { ended, kill: () => child.kill("SIGKILL") };
}
