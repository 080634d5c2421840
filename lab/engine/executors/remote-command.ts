/** `command.remote.Command`: runs a command by SSH, as the provider does: to make it, and when an input changed. */
import { randomBytes } from "node:crypto";
import { changedInputs } from "../inputs";
import { connectionOf } from "../ssh/connection";
import { dial } from "../ssh/dial";
import { type Ended, exec } from "../ssh/exec";
import type { Applied, Executor, Job, Planned } from "../types";
import { type Wire, type WireObject, hasSecret, isObject, sameValue, secret } from "../wire";

function text(inputs: WireObject, name: string): string | undefined {
    const value = inputs[name];
    return typeof value === "string" && value !== "" ? value : undefined;
}

/** Which streams are shown while the command runs. */
function isLogged(logging: Wire | undefined, stream: "stdout" | "stderr"): boolean {
    return logging === undefined || logging === null || logging === "stdoutAndStderr" || logging === stream;
}

function failure(host: string, command: string, ended: Ended, logging: Wire | undefined): Error {
    const how =
        ended.code !== undefined
            ? `exit status ${ended.code}`
            : ended.signal !== undefined
              ? `killed by signal ${ended.signal}`
              : "the connection was lost";
    // Of stdout, which may hold what the program marks secret only afterwards, no more is shown than the logging allows.
    const shown = ended.stderr === "" && isLogged(logging, "stdout") ? ended.stdout : ended.stderr;
    return new Error(`${host}: ${how}: running ${JSON.stringify(command)}:\n${shown.trimEnd()}`);
}

/** Runs the command; its output without the last line break, as the provider keeps it. */
async function run(job: Job, inputs: WireObject, command: string): Promise<{ stdout: string; stderr: string }> {
    if (isObject(inputs.environment) && Object.keys(inputs.environment).length > 0) {
        throw new Error(
            "environment is not supported: it needs AcceptEnv on the host; hand values over on stdin instead",
        );
    }
    const connection = connectionOf(inputs.connection);
    const session = await dial(connection, job);
    const logging = inputs.logging;
    try {
        const ended = await exec(session.client, command, {
            stdin: text(inputs, "stdin") ?? "",
            signal: job.signal,
            onLine: (line, stream) => {
                if (isLogged(logging, stream)) {
                    job.log(line);
                }
            },
        });
        if (job.signal.aborted) {
            throw new Error(`${connection.host}: interrupted: running ${JSON.stringify(command)}`);
        }
        if (ended.code !== 0) {
            throw failure(connection.host, command, ended, logging);
        }
        return { stdout: ended.stdout.replace(/\n$/, ""), stderr: ended.stderr.replace(/\n$/, "") };
    } finally {
        session.close();
    }
}

/**
 * What a step says it changed: `changes` of the JSON object on its last line.
 *
 * @returns undefined when there is no such line
 */
export function changesOf(stdout: string): string[] | undefined {
    const last = stdout.trimEnd().split("\n").pop() ?? "";
    if (!last.startsWith("{")) {
        return undefined;
    }
    try {
        const { changes } = JSON.parse(last) as { changes?: unknown };
        return Array.isArray(changes) ? changes.map(String) : undefined;
    } catch {
        return undefined;
    }
}

/** Created, or changed unless the step's own word is that nothing was. */
function statusOf(job: Job, stdout: string): Applied["status"] {
    if (!job.old) {
        return "created";
    }
    return changesOf(stdout)?.length === 0 ? "unchanged" : "changed";
}

/** The outputs: the inputs with what was printed, which is secret when the command itself is (provider v1.2.1). */
function outputsOf(job: Job, printed: { stdout: string; stderr: string }): WireObject {
    const isHidden = hasSecret(job.wireInputs.create ?? null) || hasSecret(job.wireInputs.update ?? null);
    return {
        ...job.wireInputs,
        stdout: isHidden ? secret(printed.stdout) : printed.stdout,
        stderr: isHidden ? secret(printed.stderr) : printed.stderr,
    };
}

export const remoteCommand: Executor = {
    handles: (type) => type === "command:remote:Command",
    plan: (job): Planned => {
        if (!job.old) {
            return { status: "planned-create", outputs: job.wireInputs };
        }
        return changedInputs(job.old.inputs, job.inputs).length === 0
            ? { status: "unchanged", outputs: job.old.wireOutputs }
            : { status: "planned-change", outputs: job.wireInputs };
    },
    apply: async (job): Promise<Applied> => {
        const { old } = job;
        if (old && changedInputs(old.inputs, job.inputs).length === 0) {
            return { id: old.id, outputs: old.wireOutputs, status: "unchanged" };
        }
        // New triggers replace the resource: what the old one made is taken away after the new one is there.
        const replaced = old !== undefined && !sameValue(old.inputs.triggers, job.inputs.triggers);
        const create = text(job.inputs, "create");
        const command = old && !replaced ? (text(job.inputs, "update") ?? create) : create;
        const printed = command === undefined ? { stdout: "", stderr: "" } : await run(job, job.inputs, command);
        const removal = replaced ? text(old.inputs, "delete") : undefined;
        if (removal !== undefined && old) {
            await run(job, old.inputs, removal);
        }
        const id = old && !replaced ? old.id : `${job.name}${randomBytes(4).toString("hex")}`;
        return { id, outputs: outputsOf(job, printed), status: replaced ? "changed" : statusOf(job, printed.stdout) };
    },
    remove: async (job): Promise<void> => {
        const command = text(job.inputs, "delete");
        if (command !== undefined) {
            await run(job, job.inputs, command);
        }
    },
};
