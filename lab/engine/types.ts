/** What callers of the engine see, and what its parts say to each other. */
import type { Wire, WireObject } from "./wire";

export interface EngineOptions {
    /** Folder of Pulumi.yaml. */
    readonly projectDir: string;
    readonly stackName: string;
    /** The stack file (`Pulumi.<stack>.yaml` or a completed copy of it). */
    readonly stackFile: string;
    /** Folder of the journal; made with mode 0700. */
    readonly stateDir: string;
    /** Decrypts the stack file's secrets and encrypts those of the journal. */
    readonly passphrase: string;
    /** How many resources may be worked on at the same time; 16 when not given. */
    readonly parallel?: number;
    readonly onEvent?: (event: EngineEvent) => void;
    /** Ends the run: remote sessions are closed, what is done is kept, and the next run resumes. */
    readonly signal?: AbortSignal;
    /** Added to the few variables the program gets (PATH, HOME, locale, time zone). */
    readonly env?: Record<string, string>;
    /** For `destroy`: protected resources stay, with all that they need, instead of ending the run. */
    readonly excludeProtected?: boolean;
    /** The `helm` that installs `helm.v3.Release`s; without it they are refused. */
    readonly helmPath?: string;
}

export type DoneStatus = "created" | "changed" | "unchanged" | "deleted";
export type PlannedStatus = "planned-create" | "planned-change" | "planned-delete";
export type Status = DoneStatus | PlannedStatus | "failed";
export type Severity = "debug" | "info" | "warning" | "error";

export interface EngineEvent {
    readonly kind: "start" | "done" | "failed" | "log" | "output";
    readonly urn?: string;
    readonly type?: string;
    readonly name?: string;
    readonly parentUrn?: string;
    readonly status?: Status;
    readonly seconds?: number;
    readonly message?: string;
    readonly severity?: Severity;
}

export interface ResourceReport {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    readonly parentUrn?: string;
    readonly status: Status;
    readonly seconds: number;
    /** Why it changes, when the engine knows: the inputs that differ. */
    readonly detail?: string;
}

export interface EngineResult {
    readonly ok: boolean;
    /** Plain values, secrets included. */
    readonly outputs: Record<string, unknown>;
    /** Names of the outputs that hold a secret. */
    readonly secretOutputs: string[];
    /** The outputs to show: each secret, at its own depth, is `[secret]`; what only `up` can know is `[unknown]`. */
    readonly shownOutputs: Record<string, unknown>;
    readonly resources: ResourceReport[];
    readonly counts: {
        readonly created: number;
        readonly changed: number;
        readonly unchanged: number;
        readonly deleted: number;
    };
    /** Known secret values are replaced by `[secret]`. */
    readonly errors: string[];
    readonly seconds: number;
}

/** One custom resource as an executor gets it. */
export interface Job {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    /** Secrets taken off. */
    readonly inputs: WireObject;
    /** As the program gave them, secrets marked. */
    readonly wireInputs: WireObject;
    /** What the journal holds of the last run, secrets taken off. */
    readonly old?: {
        readonly id: string;
        readonly inputs: WireObject;
        readonly outputs: WireObject;
        /** The outputs with secrets marked, for a resource that keeps them. */
        readonly wireOutputs: WireObject;
    };
    /** Inputs of the resource's explicit provider. */
    readonly provider?: { readonly urn: string; readonly inputs: WireObject };
    /** Steady for the journal's life: for generated names. */
    readonly seed: string;
    readonly ignoreChanges: readonly string[];
    readonly protect: boolean;
    /** Seconds, from the resource option customTimeouts. */
    readonly timeout?: number;
    readonly projectDir: string;
    readonly helmPath?: string;
    readonly signal: AbortSignal;
    readonly log: (message: string, severity?: Severity) => void;
}

export interface Applied {
    readonly id: string;
    /** May hold secrets; those of the inputs and of additionalSecretOutputs are marked by the engine. */
    readonly outputs: WireObject;
    readonly status: "created" | "changed" | "unchanged";
}

/** A resource that was made but did not get ready: it is remembered, so that the next run finds it, and the run fails. */
export class MadeButNotReady extends Error {
    readonly made: Pick<Applied, "id" | "outputs">;

    constructor(message: string, made: Pick<Applied, "id" | "outputs">) {
        super(message);
        this.made = made;
    }
}

/** What a resource would become; outputs left out are unknown until it is made. */
export interface Planned {
    readonly outputs: WireObject;
    readonly status: "planned-create" | "planned-change" | "unchanged";
    readonly detail?: string;
}

export interface ReadJob {
    readonly type: string;
    readonly id: string;
    readonly provider?: { readonly urn: string; readonly inputs: WireObject };
    readonly signal: AbortSignal;
}

/** Acts for one family of resource types. */
export interface Executor {
    /** True for the types it can act for. */
    readonly handles: (type: string) => boolean;
    readonly apply: (job: Job) => Promise<Applied>;
    readonly plan: (job: Job) => Planned | Promise<Planned>;
    /** Undoes what `apply` made; a resource without it is only forgotten. */
    readonly remove?: (job: Job) => Promise<void>;
    readonly read?: (job: ReadJob) => Promise<Wire>;
}
