/** Waits until an object is ready; when it does not get so, says what its pods have to say. */
import { setTimeout as delay } from "node:timers/promises";
import type { WireObject } from "../wire";
import { type KubeClient, type Target, describe } from "./client";
import { diagnose } from "./diagnosis";
import { field, listAt, textAt } from "../fields";
import { type Neighbours, type Verdict, customCheck, readinessCheck } from "./readiness";

const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";
/** Milliseconds between two looks: often at first, since most objects are ready at once. */
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 1500;
/** Milliseconds after which waiting is mentioned, and mentioned again. */
const MENTION = 5000;

export interface WaitOptions {
    readonly seconds: number;
    readonly signal: AbortSignal;
    readonly log: (message: string) => void;
    /** The annotation `pulumi.com/waitFor`, if any. */
    readonly waitFor?: string;
}

function neighboursOf(client: KubeClient, signal: AbortSignal): Neighbours {
    return {
        endpoints: async (namespace, service) => {
            const slices = await client.list(
                { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", namespace },
                { labelSelector: `kubernetes.io/service-name=${service}` },
                signal,
            );
            const endpoints = slices.flatMap((slice) => listAt(slice, "endpoints"));
            // Absent means ready (discovery.k8s.io/v1, EndpointConditions).
            return endpoints.filter((endpoint) => field(endpoint, "conditions", "ready") !== false).length;
        },
        bindingMode: async (name) => {
            const classes = await client.list({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass" }, {}, signal);
            const found = classes.find((candidate) =>
                name === undefined
                    ? textAt(candidate, "metadata", "annotations", DEFAULT_CLASS) === "true"
                    : textAt(candidate, "metadata", "name") === name,
            );
            return textAt(found, "volumeBindingMode");
        },
        service: (namespace, name) => client.read({ apiVersion: "v1", kind: "Service", namespace, name }, signal),
    };
}

/**
 * Waits for the object.
 *
 * @param object as the API returned it
 * @returns the object as it was when it became ready
 */
export async function awaitReady(
    client: KubeClient,
    target: Target,
    object: WireObject,
    options: WaitOptions,
): Promise<WireObject> {
    const check =
        options.waitFor === undefined ? readinessCheck(target.apiVersion, target.kind) : customCheck(options.waitFor);
    if (!check) {
        return object;
    }
    const neighbours = neighboursOf(client, options.signal);
    const started = Date.now();
    let mentioned = started;
    let pause = FIRST_PAUSE;
    let current = object;
    for (;;) {
        const verdict: Verdict = await check(current, neighbours);
        if (verdict.state === "ready") {
            return current;
        }
        const now = Date.now();
        if (verdict.state === "failed" || now - started > options.seconds * 1000) {
            const late = verdict.state === "failed" ? "" : ` after ${options.seconds} s`;
            const details = await diagnose(client, target, current, options.signal);
            throw new Error([`${describe(target)} is not ready${late}: ${verdict.why}`, ...details].join("\n"));
        }
        if (now - mentioned > MENTION) {
            mentioned = now;
            options.log(`${describe(target)}: waiting (${Math.round((now - started) / 1000)} s): ${verdict.why}`);
        }
        await delay(pause, undefined, { signal: options.signal });
        pause = Math.min(pause * 1.5, LONGEST_PAUSE);
        const read = await client.read(target, options.signal);
        if (!read) {
            throw new Error(`${describe(target)} was deleted by someone else while it was waited for`);
        }
        current = read;
    }
}

/** Waits until the object is gone. */
export async function awaitGone(
    client: KubeClient,
    target: Target,
    options: Pick<WaitOptions, "seconds" | "signal">,
): Promise<void> {
    const deadline = Date.now() + options.seconds * 1000;
    let pause = FIRST_PAUSE;
    for (;;) {
        const object = await client.read(target, options.signal);
        if (!object) {
            return;
        }
        if (Date.now() > deadline) {
            const finalizers = field(object, "metadata", "finalizers");
            const held = finalizers === undefined ? "" : `; finalizers: ${JSON.stringify(finalizers)}`;
            throw new Error(`${describe(target)} is still there after ${options.seconds} s${held}`);
        }
        await delay(pause, undefined, { signal: options.signal });
        pause = Math.min(pause * 1.5, LONGEST_PAUSE);
    }
}
