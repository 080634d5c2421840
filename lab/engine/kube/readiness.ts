/** When an object counts as ready, per kind: what the Kubernetes provider waits for. */
import { condition, field, listAt, numberAt, objectAt, textAt } from "../fields";
import type { WireObject } from "../wire";

export type Verdict =
    | { readonly state: "ready" }
    | { readonly state: "waiting"; readonly why: string }
    /** Waiting longer is of no use. */
    | { readonly state: "failed"; readonly why: string };

/** What a check may ask of the cluster beside the object itself. */
export interface Neighbours {
    /** How many ready addresses the Service of this name has. */
    readonly endpoints: (namespace: string, service: string) => Promise<number>;
    /** When a claim's storage class binds its volumes; empty when there is no such class. */
    readonly bindingMode: (storageClass: string | undefined) => Promise<string>;
    /** The Service, or undefined. */
    readonly service: (namespace: string, name: string) => Promise<WireObject | undefined>;
}

type Check = (object: WireObject, neighbours: Neighbours) => Verdict | Promise<Verdict>;

const READY: Verdict = { state: "ready" };

function waiting(why: string): Verdict {
    return { state: "waiting", why };
}

function failed(why: string): Verdict {
    return { state: "failed", why };
}

/** The controller has not looked at the newest spec yet. */
function isStale(object: WireObject): boolean {
    return numberAt(object, 0, "status", "observedGeneration") < numberAt(object, 0, "metadata", "generation");
}

const deployment: Check = (object) => {
    if (field(object, "spec", "paused") === true) {
        return READY;
    }
    const progressing = condition(object, "Progressing");
    if (!isStale(object) && progressing?.reason === "ProgressDeadlineExceeded") {
        return failed(`the rollout makes no progress: ${progressing.message}`);
    }
    const wanted = numberAt(object, 1, "spec", "replicas");
    const updated = numberAt(object, 0, "status", "updatedReplicas");
    const available = numberAt(object, 0, "status", "availableReplicas");
    const total = numberAt(object, 0, "status", "replicas");
    if (isStale(object) || updated < wanted || total > updated || available < wanted) {
        return waiting(`${available} of ${wanted} replicas are available, ${updated} updated, ${total} in all`);
    }
    return READY;
};

const statefulSet: Check = (object) => {
    const wanted = numberAt(object, 1, "spec", "replicas");
    const ready = numberAt(object, 0, "status", "readyReplicas");
    const updated = numberAt(object, 0, "status", "updatedReplicas");
    const isRolling = textAt(object, "spec", "updateStrategy", "type") !== "OnDelete";
    const partition = numberAt(object, 0, "spec", "updateStrategy", "rollingUpdate", "partition");
    const toUpdate = isRolling ? Math.max(0, wanted - partition) : 0;
    if (isStale(object) || ready < wanted || updated < toUpdate) {
        return waiting(`${ready} of ${wanted} replicas are ready, ${updated} updated`);
    }
    return READY;
};

const daemonSet: Check = (object) => {
    const wanted = numberAt(object, 0, "status", "desiredNumberScheduled");
    const updated = numberAt(object, 0, "status", "updatedNumberScheduled");
    const available = numberAt(object, 0, "status", "numberAvailable");
    const isRolling = textAt(object, "spec", "updateStrategy", "type") !== "OnDelete";
    if (isStale(object) || available < wanted || (isRolling && updated < wanted)) {
        return waiting(`${available} of ${wanted} pods are available, ${updated} updated`);
    }
    return READY;
};

const replicaSet: Check = (object) => {
    const wanted = numberAt(object, 1, "spec", "replicas");
    const available = numberAt(object, 0, "status", "availableReplicas");
    return isStale(object) || available < wanted ? waiting(`${available} of ${wanted} replicas are available`) : READY;
};

const job: Check = (object) => {
    const broken = condition(object, "Failed");
    if (broken?.status === "True") {
        return failed(`the Job failed: ${broken.reason}: ${broken.message}`);
    }
    if (condition(object, "Complete")?.status === "True" || condition(object, "Suspended")?.status === "True") {
        return READY;
    }
    return waiting(
        `not complete: ${numberAt(object, 0, "status", "active")} active, ${numberAt(object, 0, "status", "succeeded")} succeeded, ${numberAt(object, 0, "status", "failed")} failed`,
    );
};

const pod: Check = (object) => {
    const phase = textAt(object, "status", "phase");
    if (phase === "Succeeded" || condition(object, "Ready")?.status === "True") {
        return READY;
    }
    if (phase === "Failed") {
        return failed(`the Pod failed: ${textAt(object, "status", "reason")} ${textAt(object, "status", "message")}`);
    }
    return waiting(`its phase is ${phase === "" ? "unknown" : phase}, and it is not ready`);
};

/** Services that never get endpoints of their own, or none the cluster fills in. */
function hasNoEndpoints(service: WireObject): boolean {
    return (
        textAt(service, "spec", "type") === "ExternalName" ||
        textAt(service, "spec", "clusterIP") === "None" ||
        Object.keys(objectAt(service, "spec", "selector")).length === 0
    );
}

const service: Check = async (object, neighbours) => {
    const namespace = textAt(object, "metadata", "namespace");
    const isExternal = textAt(object, "spec", "type") === "LoadBalancer";
    if (isExternal && listAt(object, "status", "loadBalancer", "ingress").length === 0) {
        return waiting("the load balancer has no address yet");
    }
    if (hasNoEndpoints(object)) {
        return READY;
    }
    const ready = await neighbours.endpoints(namespace, textAt(object, "metadata", "name"));
    return ready > 0 ? READY : waiting("no ready pod answers to its selector");
};

const claim: Check = async (object, neighbours) => {
    const phase = textAt(object, "status", "phase");
    if (phase === "Bound") {
        return READY;
    }
    if (phase === "Lost") {
        return failed("the claim lost its volume");
    }
    const named = field(object, "spec", "storageClassName");
    const mode = await neighbours.bindingMode(typeof named === "string" ? named : undefined);
    // Such a claim is bound when the first pod uses it, which may well depend on this resource.
    return mode === "WaitForFirstConsumer" ? READY : waiting("no volume is bound to the claim");
};

/** Names of the Services an Ingress sends requests to. */
function backends(ingress: WireObject): string[] {
    const paths = listAt(ingress, "spec", "rules").flatMap((rule) => listAt(rule, "http", "paths"));
    const names = [
        textAt(ingress, "spec", "defaultBackend", "service", "name"),
        ...paths.map((path) => textAt(path, "backend", "service", "name")),
    ];
    return [...new Set(names)].filter((name) => name !== "");
}

const ingress: Check = async (object, neighbours) => {
    const namespace = textAt(object, "metadata", "namespace");
    for (const name of backends(object)) {
        const found = await neighbours.service(namespace, name);
        if (!found) {
            return waiting(`its backend, the Service ${name}, is not there`);
        }
        if (!hasNoEndpoints(found) && (await neighbours.endpoints(namespace, name)) === 0) {
            return waiting(`its backend, the Service ${name}, has no ready pod`);
        }
    }
    return listAt(object, "status", "loadBalancer", "ingress").length > 0
        ? READY
        : waiting("no ingress controller has given it an address");
};

const namespace: Check = (object) => {
    const phase = textAt(object, "status", "phase");
    return phase === "Active" ? READY : waiting(`its phase is ${phase === "" ? "unknown" : phase}`);
};

const definition: Check = (object) => {
    const names = condition(object, "NamesAccepted");
    if (names?.status === "False") {
        return failed(`its names are not accepted: ${names.message}`);
    }
    return condition(object, "Established")?.status === "True" ? READY : waiting("not established");
};

const volume: Check = (object) => {
    const phase = textAt(object, "status", "phase");
    if (phase === "Failed") {
        return failed(`the volume failed: ${textAt(object, "status", "message")}`);
    }
    return phase === "Available" || phase === "Bound" ? READY : waiting(`its phase is ${phase}`);
};

const CHECKS: Record<string, Check> = {
    "apps/Deployment": deployment,
    "apps/StatefulSet": statefulSet,
    "apps/DaemonSet": daemonSet,
    "apps/ReplicaSet": replicaSet,
    "batch/Job": job,
    "/Pod": pod,
    "/Service": service,
    "/PersistentVolumeClaim": claim,
    "/PersistentVolume": volume,
    "/Namespace": namespace,
    "networking.k8s.io/Ingress": ingress,
    "apiextensions.k8s.io/CustomResourceDefinition": definition,
};

/** The check for a kind; kinds without one are ready as soon as they are there. */
export function readinessCheck(apiVersion: string, kind: string): Check | undefined {
    const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
    return CHECKS[`${group}/${kind}`];
}

/** What the annotation `pulumi.com/waitFor` asks for: `condition=Ready`, `condition=Ready=False`, `jsonpath={.a.b}=c`. */
export function customCheck(expression: string): Check {
    const conditionForm = /^condition=([^=]+)(?:=(.+))?$/.exec(expression);
    if (conditionForm) {
        const [, type = "", status = "True"] = conditionForm;
        return (object) => {
            const found = condition(object, type);
            return found?.status.toLowerCase() === status.toLowerCase()
                ? READY
                : waiting(
                      `condition ${type} is ${found ? `${found.status}: ${found.message}` : "not there"}, not ${status}`,
                  );
        };
    }
    const pathForm = /^jsonpath=\{((?:\.[A-Za-z0-9_-]+)+)\}(?:=(.+))?$/.exec(expression);
    if (!pathForm) {
        throw new Error(
            `pulumi.com/waitFor: the lab engine can't wait for '${expression}', only for condition=<type> and jsonpath={.a.b}=<value>`,
        );
    }
    const [, path = "", wanted] = pathForm;
    return (object) => {
        const value = field(object, ...path.split(".").slice(1));
        const shown = typeof value === "string" ? value : JSON.stringify(value ?? null);
        const isThere = value !== undefined && (wanted === undefined || shown === wanted);
        return isThere ? READY : waiting(`${path} is ${shown}, not ${wanted ?? "set"}`);
    };
}
