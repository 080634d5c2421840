import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";

import { lab, stackFolder } from "./support";

/** Ways in which a run can be cut off: here, or by a command on the laptop. */
export const interruptions: Readonly<Record<string, Cut>> = {
    "SIGINT to the program": { here: (program) => program.kill("SIGINT") },
    "SIGKILL to the program": { here: (program) => program.kill("SIGKILL") },
    "SIGKILL to the remote shell": { there: "pkill -KILL -f '[b]ash -s -- apply'" },
    "SIGKILL to sshd": { there: "pkill -KILL sshd" },
    "a reboot": { here: (_, laptop) => lab.reboot(laptop) },
};

interface Cut {
    readonly here?: (program: ChildProcess, laptop: string) => unknown;
    /** In one go with waiting for the step, since some steps take a quarter of a second. */
    readonly there?: string;
}

/** Where a run is cut off: while a laptop does this step. */
export interface Interruption {
    readonly laptop: string;
    /** The step's title, which the laptop's lock names. */
    readonly step: string;
    readonly by: string;
    /** The laptop that it happens to, where that is another one. */
    readonly to?: string;
}

/**
 * Runs the program in a process of its own, by the engine's command line, and cuts it off.
 *
 * @returns whether it was: a short step may be over by then, and an orderly reboot lets a step end that is nearly through
 */
export async function runAndInterrupt(name: string, { laptop, step, by, to = laptop }: Interruption): Promise<boolean> {
    const { here, there = "true" } = interruptions[by] ?? assert.fail(`no way to cut a run off by ${by}`);
    const { stackFile, stateDir } = stackFolder(name);
    const repository = path.resolve(__dirname, "../..");
    await lab.exec(laptop, ": > /run/onprem-blog.lock");
    const program = spawn(
        process.execPath,
        [
            ...["--require", "ts-node/register/transpile-only", "lab/engine/cli.ts", "up", "--project-dir", "."],
            ...["--stack", "lab", "--stack-file", stackFile, "--state-dir", stateDir],
        ],
        {
            cwd: repository,
            env: { ...process.env, PULUMI_CONFIG_PASSPHRASE: lab.passphrase },
            stdio: "ignore",
        },
    );
    const ended = once(program, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
    await lab.exec(
        laptop,
        `timeout 120 sh -c 'until grep -q ": ${step}$" /run/onprem-blog.lock; do sleep 0.02; done' && { ${there} || true; }`,
    );
    await here?.(program, to);
    const [code] = await ended;
    return code !== 0;
}
