/** One run of a program: what it registers is planned or made, remembered, and answered. */
import { withAssetHashes } from "./assets";
import type { Callbacks } from "./callbacks";
import { executorFor } from "./executors";
import { Hooks } from "./hooks";
import { changedInputs, changedPaths } from "./inputs";
import type { Entry, Journal } from "./journal";
import { Masker } from "./mask";
import type { Registration } from "./messages";
import { ignoreChanges } from "./property-path";
import { Semaphore } from "./semaphore";
import {
    type Applied,
    type EngineEvent,
    type Executor,
    type Job,
    MadeButNotReady,
    type Planned,
    type ResourceReport,
    type Severity,
    type Status,
} from "./types";
import { type Project, STACK_TYPE, aliasUrns, makeUrn, parseUrn, providerUrn } from "./urns";
import { type WireObject, UNKNOWN, annotateSecrets, hasUnknown, isObject, markSecret, plainObject } from "./wire";

/** Thrown once the run is over: such a request is never answered, since any answer would let the program go on. */
export class Stopped extends Error {}

export interface DeploymentOptions extends Project {
    readonly projectDir: string;
    readonly dryRun: boolean;
    readonly parallel: number;
    readonly signal: AbortSignal;
    readonly helmPath?: string;
    readonly journal: Journal;
    readonly masker: Masker;
    readonly callbacks: Callbacks;
    readonly emit: (event: EngineEvent) => void;
}

/** A resource of this run, as answered to the program. */
export interface Registered {
    readonly urn: string;
    readonly id: string;
    readonly outputs: WireObject;
}

interface Settled extends Registered {
    readonly inputs: WireObject;
    readonly status: Status;
    readonly detail?: string;
}

export class Deployment {
    readonly errors: string[] = [];
    readonly reports: ResourceReport[] = [];
    readonly hooks: Hooks;
    readonly options: DeploymentOptions;
    /** URNs of this run, and the earlier ones they were found under: what else the journal holds left the program. */
    readonly seen = new Set<string>();
    readonly #registrations = new Map<string, Registration>();
    readonly #registered = new Map<string, Registered>();
    readonly #formerUrns = new Map<string, string>();
    readonly #slots: Semaphore;
    #stopped = false;
    #running = 0;
    #onIdle: (() => void)[] = [];
    #onStop: (() => void)[] = [];
    stackOutputs: WireObject | undefined;

    constructor(options: DeploymentOptions) {
        this.options = options;
        this.#slots = new Semaphore(options.parallel);
        this.hooks = new Hooks(options.callbacks, options.dryRun, (urn, message) => {
            this.log(message, "warning", urn);
        });
    }

    get stopped(): boolean {
        return this.#stopped;
    }

    /** A text for people; known secrets never leave the engine. */
    log(message: string, severity: Severity, urn?: string): void {
        const about = urn === undefined || urn === "" ? {} : { urn, ...named(urn) };
        this.options.emit({ kind: "log", severity, message: this.options.masker.mask(message), ...about });
    }

    /** Ends the run: nothing new begins, what runs is finished, the program gets no more answers. */
    fail(message: string, urn?: string): void {
        const masked = this.options.masker.mask(message);
        if (!this.errors.includes(masked)) {
            this.errors.push(masked);
        }
        if (urn !== undefined) {
            this.options.emit({ kind: "failed", urn, ...named(urn), message: masked, severity: "error" });
        }
        this.stop();
    }

    stop(): void {
        if (!this.#stopped) {
            this.#stopped = true;
            this.#onStop.forEach((call) => {
                call();
            });
        }
    }

    /** Resolves when the run was stopped and nothing runs any more. */
    async whenStopped(): Promise<void> {
        if (!this.#stopped) {
            await new Promise<void>((resolve) => this.#onStop.push(resolve));
        }
        await this.idle();
    }

    /** Resolves when no executor runs. */
    async idle(): Promise<void> {
        if (this.#running > 0) {
            await new Promise<void>((resolve) => this.#onIdle.push(resolve));
        }
    }

    /** Keeps the run from being over while the task runs. */
    async working<T>(task: () => Promise<T>): Promise<T> {
        this.#running++;
        try {
            return await task();
        } finally {
            this.#running--;
            if (this.#running === 0) {
                const waiting = this.#onIdle;
                this.#onIdle = [];
                waiting.forEach((call) => {
                    call();
                });
            }
        }
    }

    /** Registers a resource: plans it, or makes it and remembers it. */
    async register(given: Registration): Promise<Registered> {
        if (this.#stopped) {
            throw new Stopped();
        }
        const registration = this.#inherit(given);
        const urn = makeUrn(this.options, registration.parentUrn, registration.type, registration.name);
        if (this.#registrations.has(urn)) {
            throw new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);
        }
        this.#registrations.set(urn, registration);
        this.seen.add(urn);
        const parent = registration.parentUrn === "" ? {} : { parentUrn: registration.parentUrn };
        this.options.emit({ kind: "start", urn, ...named(urn), ...parent });
        const started = Date.now();
        try {
            const settled = await this.working(() => this.#settle(urn, registration));
            const seconds = (Date.now() - started) / 1000;
            const { type, name } = registration;
            const detail = settled.detail === undefined ? {} : { detail: settled.detail };
            this.reports.push({ urn, type, name, ...parent, status: settled.status, seconds, ...detail });
            this.options.emit({ kind: "done", urn, type, name, ...parent, status: settled.status, seconds });
            this.#registered.set(urn, settled);
            return settled;
        } catch (error) {
            if (error instanceof Stopped) {
                throw error;
            }
            const { type, name } = registration;
            const seconds = (Date.now() - started) / 1000;
            this.reports.push({ urn, type, name, ...parent, status: "failed", seconds });
            this.fail(`${urn}: ${messageOf(error)}`, urn);
            throw new Stopped("", { cause: error });
        }
    }

    /** Outputs a component or the stack declares after its children. */
    async registerOutputs(urn: string, outputs: WireObject): Promise<void> {
        this.options.masker.addWire(outputs);
        const registration = this.#registrations.get(urn);
        const registered = this.#registered.get(urn);
        if (!registration || !registered) {
            throw new Error(`outputs for ${urn}, which was not registered`);
        }
        this.#registered.set(urn, { ...registered, outputs });
        if (registration.type === STACK_TYPE) {
            this.stackOutputs = outputs;
        }
        const entry = this.options.journal.get(urn);
        if (!this.options.dryRun && !this.#stopped && entry) {
            await this.options.journal.put({ ...entry, outputs });
        }
    }

    /** Reads a resource that someone else made. */
    async read(type: string, name: string, parentUrn: string, id: string, provider: string): Promise<Registered> {
        if (this.#stopped) {
            throw new Stopped();
        }
        const urn = makeUrn(this.options, parentUrn, type, name);
        this.seen.add(urn);
        const executor = executorFor(type);
        const read = executor.read;
        if (!read) {
            throw new Error(`${urn}: the lab engine can't read a ${type}; the real Pulumi is needed`);
        }
        const job = { type, id, signal: this.options.signal, ...this.#providerOf(provider) };
        const provided = job.provider?.inputs ?? {};
        if (this.options.dryRun && (id === UNKNOWN || hasUnknown(provided))) {
            return { urn, id, outputs: {} };
        }
        const outputs = await this.working(() => read(job));
        const registered = { urn, id, outputs: isObject(outputs) ? outputs : {} };
        this.#registered.set(urn, registered);
        return registered;
    }

    /** What the program asks by `pulumi:pulumi:getResource`. */
    find(urn: string): Registered | undefined {
        return this.#registered.get(urn);
    }

    registrationOf(urn: string): Registration | undefined {
        return this.#registrations.get(urn);
    }

    /** Plain inputs of a provider, from this run or an earlier one. */
    providerInputs(urn: string): WireObject | undefined {
        const inputs = this.#registrations.get(urn)?.inputs ?? this.options.journal.get(urn)?.inputs;
        return inputs && plainObject(inputs);
    }

    #providerOf(reference: string): Pick<Job, "provider"> {
        if (reference === "") {
            return {};
        }
        const urn = providerUrn(reference);
        const inputs = this.providerInputs(urn);
        return inputs ? { provider: { urn, inputs } } : {};
    }

    /** Options a child takes from its parent when it sets none (pkg/resource/deploy/step_generator.go). */
    #inherit(registration: Registration): Registration {
        const parent = this.#registrations.get(registration.parentUrn);
        if (!parent || parent.type === STACK_TYPE) {
            return registration;
        }
        const protect = registration.protect ?? parent.protect;
        const retainOnDelete = registration.retainOnDelete ?? parent.retainOnDelete;
        return {
            ...registration,
            ...(protect === undefined ? {} : { protect }),
            ...(retainOnDelete === undefined ? {} : { retainOnDelete }),
            deletedWith: registration.deletedWith === "" ? parent.deletedWith : registration.deletedWith,
        };
    }

    /** The journal's entry under this URN, or under an alias; an entry serves one resource only. */
    #oldEntry(urn: string, registration: Registration): Entry | undefined {
        const { journal } = this.options;
        const present = journal.get(urn);
        if (present) {
            return present;
        }
        const place = { ...registration, stack: this.options.stack, project: this.options.project };
        for (const former of aliasUrns(place, registration.aliases, this.#formerUrns)) {
            const entry = journal.get(former);
            if (!entry) {
                continue;
            }
            if (this.seen.has(former)) {
                throw new Error(`the alias '${former}' already belongs to another resource of this run`);
            }
            this.seen.add(former);
            this.#formerUrns.set(urn, former);
            return entry;
        }
        return undefined;
    }

    async #settle(urn: string, registration: Registration): Promise<Settled> {
        if (registration.remote) {
            throw new Error(
                `the remote component ${registration.type} needs its provider's plugin, which the lab engine has not`,
            );
        }
        if (registration.importId !== "") {
            throw new Error("the option import is not supported by the lab engine");
        }
        const old = this.#oldEntry(urn, registration);
        const hashed = await withAssetHashes(registration.inputs, this.options.projectDir);
        const given = isObject(hashed) ? hashed : {};
        const inputs = old ? ignoreChanges(given, old.inputs, registration.ignoreChanges) : given;
        this.options.masker.addWire(inputs);
        if (!registration.custom) {
            return this.#settleComponent(urn, registration, inputs, old);
        }
        const run = () => this.#settleCustom(urn, registration, inputs, old);
        return this.#slots.run(run);
    }

    async #settleComponent(
        urn: string,
        registration: Registration,
        inputs: WireObject,
        old: Entry | undefined,
    ): Promise<Settled> {
        const status = old ? "unchanged" : this.options.dryRun ? "planned-create" : "created";
        if (!this.options.dryRun) {
            const kept = old?.outputs ?? {};
            await this.#remember(urn, registration, inputs, { id: "", outputs: kept }, old);
        }
        return { urn, id: "", inputs, outputs: {}, status };
    }

    async #settleCustom(
        urn: string,
        registration: Registration,
        inputs: WireObject,
        old: Entry | undefined,
    ): Promise<Settled> {
        if (this.#stopped) {
            throw new Stopped();
        }
        const executor = executorFor(registration.type);
        const job = this.#job(urn, registration, inputs, old);
        const subject = {
            urn,
            id: old?.id ?? "",
            name: registration.name,
            type: registration.type,
            newInputs: inputs,
            ...(old ? { oldInputs: old.inputs, oldOutputs: old.outputs } : {}),
        };
        const isUpdate = old !== undefined;
        const willWork = !isUpdate || changedInputs(old.inputs, inputs).length > 0;
        const { hooks } = registration;
        if (willWork) {
            await this.hooks.run(isUpdate ? hooks.beforeUpdate : hooks.beforeCreate, subject);
        }
        const settled = this.options.dryRun
            ? this.#planned(urn, registration, inputs, old, await executor.plan(job))
            : await this.#applied(urn, registration, inputs, old, await this.#apply(executor, job, registration, old));
        if (willWork) {
            const after = { ...subject, id: settled.id, newOutputs: settled.outputs };
            await this.hooks.run(isUpdate ? hooks.afterUpdate : hooks.afterCreate, after);
        }
        return settled;
    }

    /** Applies; what was made is remembered even when it did not get ready. */
    async #apply(executor: Executor, job: Job, registration: Registration, old: Entry | undefined): Promise<Applied> {
        try {
            return await executor.apply(job);
        } catch (error) {
            if (error instanceof MadeButNotReady) {
                const outputs = withSecrets(error.made.outputs, job.wireInputs, registration);
                this.options.masker.addWire(outputs);
                const state = { id: error.made.id, outputs };
                await this.#remember(job.urn, registration, job.wireInputs, state, old);
            }
            throw error;
        }
    }

    #job(urn: string, registration: Registration, inputs: WireObject, old: Entry | undefined): Job {
        const timeout = old ? registration.timeouts.update : registration.timeouts.create;
        return {
            urn,
            type: registration.type,
            name: registration.name,
            inputs: plainObject(inputs),
            wireInputs: inputs,
            ...(old ? { old: plainEntry(old) } : {}),
            ...this.#providerOf(registration.provider),
            seed: this.options.journal.seed,
            ignoreChanges: registration.ignoreChanges,
            protect: registration.protect ?? false,
            ...(timeout === undefined ? {} : { timeout }),
            projectDir: this.options.projectDir,
            ...(this.options.helmPath === undefined ? {} : { helmPath: this.options.helmPath }),
            signal: this.options.signal,
            log: (message, severity = "info") => {
                this.log(message, severity, urn);
            },
        };
    }

    #planned(
        urn: string,
        registration: Registration,
        inputs: WireObject,
        old: Entry | undefined,
        plan: Planned,
    ): Settled {
        const detail = plan.detail ?? (old ? changedPaths(old.inputs, inputs) : "");
        return {
            urn,
            id: old?.id ?? UNKNOWN,
            inputs,
            outputs: withSecrets(plan.outputs, inputs, registration),
            status: plan.status,
            ...(detail === "" ? {} : { detail }),
        };
    }

    async #applied(
        urn: string,
        registration: Registration,
        inputs: WireObject,
        old: Entry | undefined,
        applied: Applied,
    ): Promise<Settled> {
        const outputs = withSecrets(applied.outputs, inputs, registration);
        this.options.masker.addWire(outputs);
        await this.#remember(urn, registration, inputs, { id: applied.id, outputs }, old);
        const detail = old ? changedPaths(old.inputs, inputs) : "";
        return { urn, id: applied.id, inputs, outputs, status: applied.status, ...(detail === "" ? {} : { detail }) };
    }

    async #remember(
        urn: string,
        registration: Registration,
        inputs: WireObject,
        state: { id: string; outputs: WireObject },
        old: Entry | undefined,
    ): Promise<void> {
        const timeout = registration.timeouts.delete;
        const { beforeDelete: before, afterDelete: after } = registration.hooks;
        const entry: Entry = {
            urn,
            type: registration.type,
            name: registration.name,
            parentUrn: registration.parentUrn,
            custom: registration.custom,
            id: state.id,
            inputs,
            outputs: state.outputs,
            dependencies: registration.dependencies,
            providerUrn: registration.provider === "" ? "" : providerUrn(registration.provider),
            protect: registration.protect ?? false,
            retainOnDelete: registration.retainOnDelete ?? false,
            deletedWith: registration.deletedWith,
            ...(before.length + after.length === 0 ? {} : { deleteHooks: { before, after } }),
            ...(timeout === undefined ? {} : { timeout }),
        };
        await this.options.journal.put(entry, old && old.urn !== urn ? old.urn : undefined);
    }
}

/** A journal entry as an executor gets it. */
export function plainEntry(entry: Entry): NonNullable<Job["old"]> {
    return {
        id: entry.id,
        inputs: plainObject(entry.inputs),
        outputs: plainObject(entry.outputs),
        wireOutputs: entry.outputs,
    };
}

/** Outputs with the marks the inputs and the program ask for. */
function withSecrets(outputs: WireObject, inputs: WireObject, registration: Registration): WireObject {
    return markSecret(annotateSecrets(outputs, inputs), registration.additionalSecretOutputs);
}

function named(urn: string): { type: string; name: string } {
    const { type, name } = parseUrn(urn);
    return { type, name };
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
