/** Kubernetes objects: applied server-side on every run, awaited, and deleted when they left the program. */
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { changedInputs } from "../inputs";
import { awaitGone, awaitReady } from "../kube/await";
import { ApiError, KubeClient, type Target, describe } from "../kube/client";
import { flagAt, objectAt, textAt } from "../fields";
import {
    desiredObject,
    fieldManager,
    isPatchType,
    isSameObject,
    keepLive,
    kindOfType,
    outputsOf,
} from "../kube/objects";
import { type Applied, type Executor, type Job, MadeButNotReady, type Planned, type ReadJob } from "../types";
import { UNKNOWN, type Wire, type WireObject, secret } from "../wire";

/** Seconds an object may take to become ready, or to go (the provider's own default for most kinds). */
const DEFAULT_TIMEOUT = 600;
/** Seconds a kind may take to be served after its CRD was made, and a webhook to answer after its pod was ready. */
const SETTLE_TIMEOUT = 60;
const IMMUTABLE =
    /immutable|may not change once set|may not be changed|updates to \w+ spec for fields other than|spec is forbidden after creation/i;
const WEBHOOK = /failed calling webhook|no endpoints available for service/i;

const clients = new Map<string, Promise<KubeClient>>();

/** The client of the resource's own provider; the surroundings' kubeconfig is never used. */
function clientOf(job: Pick<Job, "provider" | "type">): Promise<KubeClient> {
    const inputs = job.provider?.inputs;
    const kubeconfig = inputs?.kubeconfig;
    if (typeof kubeconfig !== "string" || kubeconfig.trim() === "") {
        throw new Error(
            `the ${job.type} has no provider with a kubeconfig; give it one (opts.provider): the ambient kubeconfig is never used`,
        );
    }
    const context = typeof inputs?.context === "string" ? inputs.context : undefined;
    const id = createHash("sha256")
        .update(JSON.stringify([kubeconfig, context]))
        .digest("hex");
    let client = clients.get(id);
    if (!client) {
        client = KubeClient.from(kubeconfig, context);
        clients.set(id, client);
    }
    return client;
}

/** The object's place. A namespaced kind without a namespace goes where the provider says. */
async function targetOf(client: KubeClient, object: WireObject, job: Job): Promise<Target> {
    const target = {
        apiVersion: textAt(object, "apiVersion"),
        kind: textAt(object, "kind"),
        name: textAt(object, "metadata", "name"),
    };
    const resource = await served(client, target, job);
    if (!resource.namespaced) {
        return target;
    }
    const byProvider = textAt(job.provider?.inputs, "namespace");
    const namespace = textAt(object, "metadata", "namespace") || byProvider || client.namespace;
    return { ...target, namespace };
}

/** Waits a while for a kind whose CRD was only just made. */
async function served(client: KubeClient, target: Target, job: Job): Promise<{ readonly namespaced: boolean }> {
    const deadline = Date.now() + SETTLE_TIMEOUT * 1000;
    for (;;) {
        const resource = await client.find(target.apiVersion, target.kind, job.signal);
        if (resource) {
            return resource;
        }
        if (Date.now() > deadline) {
            // Throws the error that says so.
            await client.path(target, job.signal);
        }
        await delay(1000, undefined, { signal: job.signal });
    }
}

function withPlace(object: WireObject, target: Target): WireObject {
    const metadata = { ...objectAt(object, "metadata") };
    if (target.namespace !== undefined) {
        metadata.namespace = target.namespace;
    }
    return { ...object, metadata };
}

function annotation(object: WireObject, name: string): string {
    return textAt(object, "metadata", "annotations", `pulumi.com/${name}`);
}

function timeoutOf(object: WireObject, job: Job): number {
    const annotated = annotation(object, "timeoutSeconds");
    return annotated === "" ? (job.timeout ?? DEFAULT_TIMEOUT) : Number(annotated);
}

function refuseLists(job: Job): void {
    if (textAt(job.inputs, "kind").endsWith("List") && Array.isArray(job.inputs.items)) {
        throw new Error(`a ${textAt(job.inputs, "kind")} is refused: register its items one by one`);
    }
}

/** Applies; while an admission webhook is not up yet, again. */
async function apply(client: KubeClient, target: Target, object: WireObject, job: Job): Promise<WireObject> {
    const deadline = Date.now() + SETTLE_TIMEOUT * 1000;
    const manager = fieldManager(job.type, job.urn);
    for (;;) {
        try {
            return await client.apply(target, object, { manager }, job.signal);
        } catch (error) {
            const isWebhook = error instanceof ApiError && WEBHOOK.test(error.message);
            if (!isWebhook || Date.now() > deadline) {
                throw error;
            }
            job.log(`${describe(target)}: ${error.message}; trying again`, "warning");
            await delay(2000, undefined, { signal: job.signal });
        }
    }
}

/** Deletes and waits until it is gone. */
async function deleteObject(client: KubeClient, target: Target, object: WireObject, job: Job): Promise<void> {
    const propagation = annotation(object, "deletionPropagationPolicy");
    const policies: Record<string, string> = { orphan: "Orphan", background: "Background" };
    const wasThere = await client.remove(target, policies[propagation] ?? "Foreground", job.signal);
    if (wasThere && annotation(object, "skipAwait") !== "true") {
        await awaitGone(client, target, { seconds: timeoutOf(object, job), signal: job.signal });
    }
}

/** Deletes and makes anew what can't be changed in place, as the provider would. */
async function replace(
    client: KubeClient,
    target: Target,
    object: WireObject,
    job: Job,
    cause: ApiError,
): Promise<WireObject> {
    if (job.protect) {
        throw new Error(`${cause.message}; it would have to be replaced, and the resource is protected`);
    }
    job.log(`${describe(target)} is deleted and made again: ${cause.message}`, "warning");
    await deleteObject(client, target, object, job);
    return apply(client, target, object, job);
}

async function applyOrReplace(client: KubeClient, target: Target, object: WireObject, job: Job): Promise<WireObject> {
    try {
        return await apply(client, target, object, job);
    } catch (error) {
        if (
            error instanceof ApiError &&
            error.status === 422 &&
            IMMUTABLE.test(error.message) &&
            !isPatchType(job.type)
        ) {
            return replace(client, target, object, job, error);
        }
        throw error;
    }
}

/** Where the journal says the object is. */
function oldTarget(old: NonNullable<Job["old"]>): Target {
    const namespace = textAt(old.outputs, "metadata", "namespace");
    return {
        apiVersion: textAt(old.outputs, "apiVersion") || textAt(old.inputs, "apiVersion"),
        kind: textAt(old.outputs, "kind") || textAt(old.inputs, "kind"),
        name: textAt(old.outputs, "metadata", "name"),
        ...(namespace === "" ? {} : { namespace }),
    };
}

function groupOf(apiVersion: string): string {
    return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
}

function isSamePlace(a: Target, b: Target): boolean {
    return (
        a.name === b.name &&
        a.namespace === b.namespace &&
        a.kind === b.kind &&
        groupOf(a.apiVersion) === groupOf(b.apiVersion)
    );
}

/** Secrets' contents are secret, whatever the program marked. */
function marked(object: WireObject): WireObject {
    const data = object.data;
    return textAt(object, "kind") === "Secret" && data !== undefined ? { ...object, data: secret(data) } : object;
}

async function applyJob(job: Job): Promise<Applied> {
    refuseLists(job);
    const client = await clientOf(job);
    const oldName = job.old ? textAt(job.old.outputs, "metadata", "name") : "";
    const named = desiredObject(job.inputs, job, oldName);
    const target = await targetOf(client, named, job);
    const wanted = withPlace(named, target);
    const live = await client.read(target, job.signal);
    if (isPatchType(job.type) && !live) {
        throw new Error(`${describe(target)} is not there, so it can't be patched`);
    }
    if (live && !job.old && !isPatchType(job.type) && !flagAt(job.provider?.inputs, "upsertExistingObjects")) {
        throw new Error(`${describe(target)} exists already; the provider's upsertExistingObjects would take it over`);
    }
    // On a first run everything is applied as the program says, on a later one what it ignores stays as it is.
    const object = live && job.old ? keepLive(wanted, live, job.ignoreChanges) : wanted;
    const applied = await applyOrReplace(client, target, object, job);
    const id = target.namespace === undefined ? target.name : `${target.namespace}/${target.name}`;
    const ready = await awaited(client, target, applied, wanted, job).catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        throw new MadeButNotReady(message, { id, outputs: marked(outputsOf(applied)) });
    });
    const moved = job.old && !isPatchType(job.type) ? oldTarget(job.old) : undefined;
    if (job.old && moved && moved.name !== "" && !isSamePlace(moved, target)) {
        await deleteObject(client, moved, job.old.inputs, job);
    }
    const isSame = live !== undefined && isSameObject(live, applied);
    return {
        id,
        outputs: marked(outputsOf(ready)),
        status: job.old ? (isSame ? "unchanged" : "changed") : "created",
    };
}

async function awaited(
    client: KubeClient,
    target: Target,
    applied: WireObject,
    wanted: WireObject,
    job: Job,
): Promise<WireObject> {
    if (annotation(wanted, "skipAwait") === "true") {
        return applied;
    }
    const waitFor = annotation(wanted, "waitFor");
    return awaitReady(client, target, applied, {
        seconds: timeoutOf(wanted, job),
        signal: job.signal,
        log: job.log,
        ...(waitFor === "" ? {} : { waitFor }),
    });
}

function planJob(job: Job): Planned {
    refuseLists(job);
    if (!job.old) {
        const named = desiredObject(job.wireInputs, job, "");
        // Known only to the API server.
        const computed = { uid: UNKNOWN, resourceVersion: UNKNOWN, creationTimestamp: UNKNOWN, generation: UNKNOWN };
        const metadata: Wire = { ...computed, ...objectAt(named, "metadata") };
        return { status: "planned-create", outputs: { ...named, metadata } };
    }
    const old = job.old.wireOutputs;
    if (changedInputs(job.old.inputs, job.inputs).length === 0) {
        return { status: "unchanged", outputs: old };
    }
    const metadata: Wire = { ...objectAt(old, "metadata"), ...objectAt(job.wireInputs, "metadata") };
    return { status: "planned-change", outputs: { ...old, ...job.wireInputs, metadata } };
}

async function removeJob(job: Job): Promise<void> {
    if (!job.old) {
        return;
    }
    const target = oldTarget(job.old);
    if (target.name === "") {
        return;
    }
    try {
        const client = await clientOf(job);
        if (!(await client.find(target.apiVersion, target.kind, job.signal))) {
            return;
        }
        if (isPatchType(job.type)) {
            await relinquish(client, target, job);
        } else {
            await deleteObject(client, target, job.inputs, job);
        }
    } catch (error) {
        const isUnreachable = error instanceof Error && error.message.includes("can't be reached");
        const mayForget = flagAt(job.provider?.inputs, "deleteUnreachable");
        if (!isUnreachable || !mayForget) {
            throw error;
        }
        job.log(`${describe(target)} is only forgotten: ${error.message}`, "warning");
    }
}

/** Gives up a patch's fields: what no other manager owns goes away. */
async function relinquish(client: KubeClient, target: Target, job: Job): Promise<void> {
    if (!(await client.read(target, job.signal))) {
        return;
    }
    const metadata: WireObject = { name: target.name };
    if (target.namespace !== undefined) {
        metadata.namespace = target.namespace;
    }
    const nothing: WireObject = { apiVersion: target.apiVersion, kind: target.kind, metadata };
    await client.apply(target, nothing, { manager: fieldManager(job.type, job.urn) }, job.signal);
}

async function readObject(job: ReadJob): Promise<Wire> {
    const client = await clientOf(job);
    const { apiVersion, kind } = kindOfType(job.type);
    const separator = job.id.indexOf("/");
    const name = job.id.slice(separator + 1);
    const target = { apiVersion, kind, name, ...(separator === -1 ? {} : { namespace: job.id.slice(0, separator) }) };
    const object = await client.read(target, job.signal);
    if (!object) {
        throw new Error(`${describe(target)} is not there`);
    }
    return marked(outputsOf(object));
}

export const kubernetes: Executor = {
    handles: (type) => /^kubernetes:[^:]+\/[^:]+:[^:]+$/.test(type),
    plan: planJob,
    apply: applyJob,
    remove: removeJob,
    read: readObject,
};
