/** Why an object is not ready: its conditions, its events, and what its pods say. */
import type { WireObject } from "../wire";
import type { KubeClient, Target } from "./client";
import { conditionsOf, field, listAt, numberAt, objectAt, textAt } from "../fields";

const PODS_SHOWN = 3;
const EVENTS_SHOWN = 5;
const LOG_LINES = 15;
/** Kinds with pods of their own, found by their selector. */
const OWNERS = new Set(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Service"]);

/** Lines for an error. Never throws: a question that fails here must not hide the real error. */
export async function diagnose(
    client: KubeClient,
    target: Target,
    object: WireObject,
    signal: AbortSignal,
): Promise<string[]> {
    const lines = conditionsOf(object)
        .filter((condition) => condition.message !== "" || condition.reason !== "")
        .map(({ type, status, reason, message }) => `  condition ${type}=${status}: ${reason} ${message}`.trimEnd());
    try {
        lines.push(...(await eventsOf(client, target.namespace, target.name, target.kind, signal)));
        for (const pod of await podsOf(client, target, object, signal)) {
            lines.push(...(await describePod(client, pod, signal)));
        }
    } catch (error) {
        lines.push(`  (more could not be read: ${error instanceof Error ? error.message : String(error)})`);
    }
    return lines;
}

/** The object's pods, those in trouble first. */
async function podsOf(
    client: KubeClient,
    target: Target,
    object: WireObject,
    signal: AbortSignal,
): Promise<WireObject[]> {
    if (target.kind === "Pod") {
        return [object];
    }
    if (!OWNERS.has(target.kind) || target.namespace === undefined) {
        return [];
    }
    const selector = target.kind === "Service" ? objectAt(object, "spec", "selector") : matchLabels(object);
    if (Object.keys(selector).length === 0) {
        return [];
    }
    const labelSelector = Object.keys(selector)
        .map((key) => `${key}=${textAt(selector, key)}`)
        .join(",");
    const pods = await client.list(
        { apiVersion: "v1", kind: "Pod", namespace: target.namespace },
        { labelSelector },
        signal,
    );
    const isWell = (pod: WireObject) =>
        conditionsOf(pod).some(({ type, status }) => type === "Ready" && status === "True") ? 1 : 0;
    return pods.sort((a, b) => isWell(a) - isWell(b)).slice(0, PODS_SHOWN);
}

function matchLabels(object: WireObject): WireObject {
    return objectAt(object, "spec", "selector", "matchLabels");
}

async function eventsOf(
    client: KubeClient,
    namespace: string | undefined,
    name: string,
    kind: string,
    signal: AbortSignal,
): Promise<string[]> {
    if (namespace === undefined) {
        return [];
    }
    const events = await client.list(
        { apiVersion: "v1", kind: "Event", namespace },
        { fieldSelector: `involvedObject.name=${name},involvedObject.kind=${kind}` },
        signal,
    );
    const last = (event: WireObject) => textAt(event, "lastTimestamp") || textAt(event, "eventTime");
    return events
        .filter((event) => textAt(event, "type") !== "Normal")
        .sort((a, b) => last(a).localeCompare(last(b)))
        .slice(-EVENTS_SHOWN)
        .map((event) => {
            const times = numberAt(event, 1, "count");
            return `  event of ${kind} ${name}: ${textAt(event, "reason")}: ${textAt(event, "message")}${times > 1 ? ` (${times} times)` : ""}`;
        });
}

async function describePod(client: KubeClient, pod: WireObject, signal: AbortSignal): Promise<string[]> {
    const name = textAt(pod, "metadata", "name");
    const namespace = textAt(pod, "metadata", "namespace");
    const node = textAt(pod, "spec", "nodeName");
    const lines = [`  pod ${name}${node === "" ? "" : ` on ${node}`}: ${textAt(pod, "status", "phase")}`];
    lines.push(
        ...conditionsOf(pod)
            .filter(({ status, message }) => status === "False" && message !== "")
            .map(({ type, reason, message }) => `    ${type}: ${reason}: ${message}`),
    );
    lines.push(...(await eventsOf(client, namespace, name, "Pod", signal)).map((line) => `  ${line}`));
    const statuses = [...listAt(pod, "status", "initContainerStatuses"), ...listAt(pod, "status", "containerStatuses")];
    for (const status of statuses.filter((candidate) => field(candidate, "ready") !== true)) {
        lines.push(...(await describeContainer(client, namespace, name, status, signal)));
    }
    return lines;
}

async function describeContainer(
    client: KubeClient,
    namespace: string,
    pod: string,
    status: WireObject,
    signal: AbortSignal,
): Promise<string[]> {
    const container = textAt(status, "name");
    const state = objectAt(status, "state");
    const reason = textAt(state, "waiting", "reason") || textAt(state, "terminated", "reason");
    const message = textAt(state, "waiting", "message") || textAt(state, "terminated", "message");
    const restarts = numberAt(status, 0, "restartCount");
    const head =
        `    container ${container}: ${reason} ${message}`.trimEnd() + (restarts > 0 ? `, ${restarts} restarts` : "");
    const hasWaited = field(state, "waiting") !== undefined;
    const log = await logOf(client, namespace, pod, container, hasWaited && restarts > 0, signal);
    return [head, ...log.map((line) => `      | ${line}`)];
}

/** The last lines a container wrote; those of its former life while it waits to be restarted. */
async function logOf(
    client: KubeClient,
    namespace: string,
    pod: string,
    container: string,
    previous: boolean,
    signal: AbortSignal,
): Promise<string[]> {
    const query = new URLSearchParams({ container, tailLines: String(LOG_LINES), previous: String(previous) });
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log?${query.toString()}`;
    const answer = await client.request("GET", path, signal);
    if (answer.status !== 200) {
        return [];
    }
    // A log of one JSON line arrives parsed.
    const text = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
    return text.trimEnd().split("\n").slice(-LOG_LINES);
}
