/** up, preview, destroy, readOutputs: one run from the stack file to the result. */
import * as grpc from "@grpc/grpc-js";
import { join, resolve } from "node:path";
import { Callbacks } from "./callbacks";
import { CHANNEL_OPTIONS } from "./channel";
import { Deployment, messageOf } from "./deployment";
import { addEngine } from "./engine-service";
import { Journal, makeStateDir } from "./journal";
import { takeLock } from "./lock";
import { Masker } from "./mask";
import { addMonitor } from "./monitor";
import { startProgram } from "./program";
import { type ProjectFile, readProjectFile } from "./project-file";
import { keptByProtection, removeEntries } from "./removal";
import { type StackConfig, readStackConfig } from "./stack-config";
import type { EngineEvent, EngineOptions, EngineResult, ResourceReport } from "./types";
import { type WireObject, hasSecret, plainObject, shown } from "./wire";

/** Said whenever the engine runs. */
export const NOTICE =
    "onprem-blog's lab engine, not Pulumi: it runs the same program for the lab and the tests only, " +
    "on machines that cannot fetch Pulumi's own engine and plugins. Never use it for a real cluster.";

const DEFAULT_PARALLEL = 16;

export type Outputs = Pick<EngineResult, "outputs" | "secretOutputs" | "shownOutputs">;

interface Session {
    readonly deployment: Deployment;
    readonly project: ProjectFile;
    readonly config: StackConfig;
    readonly journal: Journal;
    readonly parallel: number;
}

/** Plans and makes what the program wants, then deletes what left it. */
export function up(options: EngineOptions): Promise<EngineResult> {
    return locked(options, (session) => runProgram(options, session));
}

/** What `up` would do; nothing is made, changed, deleted or remembered. */
export function preview(options: EngineOptions): Promise<EngineResult> {
    return withSession(options, true, (session) => runProgram(options, session));
}

/** Deletes everything the journal holds, in reverse order. */
export function destroy(options: EngineOptions): Promise<EngineResult> {
    return locked(options, async ({ deployment, journal }) => {
        const kept = options.excludeProtected === true ? keptByProtection(journal.entries()) : new Set<string>();
        await removeEntries(
            deployment,
            journal.entries().filter(({ urn }) => !kept.has(urn)),
        );
        if (kept.size > 0) {
            deployment.log(`kept, since protected: ${[...kept].join(", ")}`, "info");
        }
        if (deployment.errors.length === 0) {
            await journal.setOutputs({});
        }
    });
}

/** The stack outputs of the last finished run. */
export async function readOutputs(options: EngineOptions): Promise<Outputs> {
    const { journal } = await openSession(options, true);
    return outputsOf(journal.outputs);
}

async function locked(options: EngineOptions, work: (session: Session) => Promise<void>): Promise<EngineResult> {
    await makeStateDir(options.stateDir);
    const release = await takeLock(join(options.stateDir, "lock"));
    try {
        return await withSession(options, false, work);
    } finally {
        await release();
    }
}

async function openSession(options: EngineOptions, dryRun: boolean): Promise<Session> {
    const project = await readProjectFile(options.projectDir);
    const config = await readStackConfig(options.stackFile, options.passphrase, project.defaults);
    const masker = new Masker();
    masker.add(options.passphrase);
    config.secrets.forEach((value) => {
        masker.add(value);
    });
    const journal = await Journal.open({
        stateDir: options.stateDir,
        project: project.name,
        stack: options.stackName,
        passphrase: options.passphrase,
        ...(config.encryptionsalt === undefined ? {} : { encryptionsalt: config.encryptionsalt }),
    });
    for (const entry of journal.entries()) {
        masker.addWire(entry.inputs);
        masker.addWire(entry.outputs);
    }
    const parallel = options.parallel ?? DEFAULT_PARALLEL;
    const deployment = new Deployment({
        stack: options.stackName,
        project: project.name,
        projectDir: resolve(options.projectDir),
        dryRun,
        parallel,
        signal: options.signal ?? new AbortController().signal,
        ...(options.helmPath === undefined ? {} : { helmPath: options.helmPath }),
        journal,
        masker,
        callbacks: new Callbacks(),
        emit: options.onEvent ?? (() => undefined),
    });
    return { deployment, project, config, journal, parallel };
}

async function withSession(
    options: EngineOptions,
    dryRun: boolean,
    work: (session: Session) => Promise<void>,
): Promise<EngineResult> {
    const started = Date.now();
    const emit: (event: EngineEvent) => void = options.onEvent ?? (() => undefined);
    emit({ kind: "log", severity: "info", message: NOTICE });
    const session = await openSession(options, dryRun);
    const { deployment } = session;
    try {
        await work(session);
    } catch (error) {
        deployment.fail(messageOf(error));
    } finally {
        deployment.options.callbacks.close();
    }
    if (options.signal?.aborted === true) {
        deployment.fail("interrupted; what was finished is kept, and the next run goes on from there");
    }
    const outputs = outputsOf(deployment.stackOutputs ?? session.journal.outputs);
    for (const [name, value] of Object.entries(outputs.shownOutputs)) {
        emit({ kind: "output", name, message: deployment.options.masker.mask(JSON.stringify(value)) });
    }
    return {
        ok: deployment.errors.length === 0,
        ...outputs,
        resources: deployment.reports,
        counts: count(deployment.reports),
        errors: deployment.errors,
        seconds: (Date.now() - started) / 1000,
    };
}

/** Runs the program against a monitor of our own until it ends. */
async function runProgram(options: EngineOptions, session: Session): Promise<void> {
    const { deployment, project, config, journal, parallel } = session;
    const { dryRun, signal } = deployment.options;
    const finish = async (): Promise<void> => {
        const outputs = deployment.stackOutputs;
        if (outputs === undefined || deployment.stopped) {
            return;
        }
        await removeEntries(
            deployment,
            journal.entries().filter((entry) => !deployment.seen.has(entry.urn)),
        );
        if (!dryRun && deployment.errors.length === 0) {
            await journal.setOutputs(outputs);
        }
    };
    const server = new grpc.Server(CHANNEL_OPTIONS);
    addMonitor(server, deployment, finish);
    addEngine(server, deployment);
    const port = await listen(server);
    const onAbort = () => {
        deployment.stop();
    };
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) {
        onAbort();
    }
    const program = startProgram({
        project: project.name,
        stack: options.stackName,
        projectDir: deployment.options.projectDir,
        main: project.main,
        config,
        dryRun,
        parallel,
        address: `127.0.0.1:${port}`,
        env: options.env ?? {},
        onLine: (line, stream) => {
            deployment.log(line, stream === "stderr" ? "warning" : "info");
        },
    });
    void deployment.whenStopped().then(program.kill);
    try {
        const ended = await program.ended;
        await deployment.idle();
        if (!deployment.stopped) {
            checkEnd(deployment, ended);
        }
    } finally {
        signal.removeEventListener("abort", onAbort);
        server.forceShutdown();
    }
}

/** A program that ended well has declared the stack's outputs: Node also exits 0 when a promise never settles. */
function checkEnd(deployment: Deployment, ended: number | string): void {
    if (deployment.stackOutputs === undefined && (ended === 0 || ended === 1)) {
        deployment.fail(
            "the program ended before it finished: a promise it waits for never settles (exit code " +
                `${ended}; PULUMI_DEBUG_PROMISE_LEAKS=true names the promises)`,
        );
    } else if (ended !== 0) {
        deployment.fail(`the program ended with ${ended} and no message`);
    }
}

function listen(server: grpc.Server): Promise<number> {
    return new Promise((resolvePort, reject) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
            if (error) {
                reject(error);
            } else {
                resolvePort(port);
            }
        });
    });
}

function outputsOf(outputs: WireObject): Outputs {
    return {
        shownOutputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, shown(value)])),
        outputs: plainObject(outputs),
        secretOutputs: Object.keys(outputs).filter((name) => hasSecret(outputs[name] ?? null)),
    };
}

function count(reports: readonly ResourceReport[]): EngineResult["counts"] {
    const of = (...statuses: ResourceReport["status"][]) =>
        reports.filter((report) => statuses.includes(report.status)).length;
    return {
        created: of("created", "planned-create"),
        changed: of("changed", "planned-change"),
        unchanged: of("unchanged"),
        deleted: of("deleted", "planned-delete"),
    };
}
