import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";

import { lab, stackFolder } from "./support";

/** Ways in which a run can be cut off. */
export const interruptions = {
    "SIGINT to the program": (_, program) => {
        program.kill("SIGINT");
    },
    "SIGKILL to the program": (_, program) => {
        program.kill("SIGKILL");
    },
    "SIGKILL to the remote shell": async (laptop) => {
        await lab.exec(laptop, "pkill -KILL -f '[b]ash -s -- apply'");
    },
    "SIGKILL to sshd": async (laptop) => {
        await lab.exec(laptop, "pkill -KILL sshd");
    },
    "a reboot": (laptop) => lab.reboot(laptop),
} satisfies Record<string, (laptop: string, program: ChildProcess) => Promise<void> | void>;

/** Where a run is cut off: while a laptop does this step. */
export interface Interruption {
    readonly laptop: string;
    /** The step's title, which the laptop's lock names. */
    readonly step: string;
    readonly by: keyof typeof interruptions;
    /** The laptop that it happens to, where that is another one. */
    readonly to?: string;
}

/** Runs the program in a process of its own, by the engine's command line, and cuts it off. */
export async function runAndInterrupt(name: string, { laptop, step, by, to = laptop }: Interruption): Promise<void> {
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
            stdio: ["ignore", "pipe", "pipe"],
        },
    );
    let said = "";
    for (const stream of [program.stdout, program.stderr]) {
        stream.on("data", (text) => (said += String(text)));
    }
    const ended = once(program, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
    await lab.exec(laptop, `timeout 120 sh -c 'until grep -q ": ${step}$" /run/onprem-blog.lock; do sleep 0.02; done'`);
    await interruptions[by](to, program);
    const [code] = await ended;
    // An orderly reboot lets a step end that is nearly through, and the next one dials until the laptop is back.
    if (by === "a reboot" && code === 0) {
        return;
    }
    assert.notEqual(code, 0, `the run was to be cut off in "${step}" by ${by}; it said:\n${said}`);
}
