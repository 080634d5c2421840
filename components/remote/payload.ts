import { readFileSync } from "node:fs";
import * as path from "node:path";

import { assignments, type ShellValue } from "./quote";

/** One script of a step, with what it needs to run on a host. */
export interface Payload {
    /** Name of the laptop, for messages. */
    readonly host: string;
    /** What the step does, for messages: "install k3s". */
    readonly title: string;
    /** Seconds after which the host itself ends the step. */
    readonly deadlineSeconds: number;
    /** Password for sudo; empty where sudo asks for none. */
    readonly sudoPassword: string;
    /** Plain and secret inputs alike: all of them travel on stdin. */
    readonly inputs: Readonly<Record<string, ShellValue>>;
    /** Text of the script that makes it so. */
    readonly script: string;
    /** Text of the script that undoes it, run by the Command's `delete`. */
    readonly removeScript?: string;
}

const scripts = path.join(__dirname, "scripts");

/** Reads a script that lies in a component's `scripts` folder. */
export function readScript(...segments: string[]): string {
    return readFileSync(path.join(...segments), "utf8");
}

/**
 * Renders what `/bin/bash -s` reads on the host: the runner (as the login user), the sudo password on a line of its own,
 * then the step itself (as root).
 *
 * Each part is one compound command: bash reads it to its end before it runs any of it, so that a connection cut in the
 * middle runs nothing, and nothing inside can eat the rest of stdin.
 *
 * @throws Error when the sudo password holds a line break.
 */
export function renderPayload(payload: Payload): string {
    if (/[\r\n\0]/.test(payload.sudoPassword)) {
        throw new Error(`the sudo password of ${payload.host} holds a line break or a NUL byte`);
    }
    const about = assignments({
        host: payload.host,
        title: payload.title,
        deadline_seconds: payload.deadlineSeconds,
    });
    const runner = ["{", about, readScript(scripts, "run.sh"), "exit", "}"];
    const step = [
        "{",
        "set -euo pipefail",
        about,
        assignments(payload.inputs),
        readScript(scripts, "library.sh"),
        'if [ "${1:-apply}" = remove ]; then',
        payload.removeScript ?? ":",
        "else",
        payload.script,
        "fi",
        "print_facts",
        "exit",
        "} </dev/null",
    ];
    return [...runner, payload.sudoPassword, ...step, ""].join("\n");
}
