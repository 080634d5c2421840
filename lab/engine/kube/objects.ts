/** From a resource's inputs to the object that is applied. Pure. */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { type PathStep, parsePath } from "../property-path";
import { type Wire, type WireObject, isObject } from "../wire";
import { objectAt, textAt, without } from "../fields";

/** Marks names the provider made up, as it does itself. */
const AUTONAMED = "pulumi.com/autonamed";
const NAME_CHARACTERS = 8;

/** Apply is done as this manager; each patch resource has one of its own, or it would take away the object's fields. */
export const FIELD_MANAGER = "pulumi-lab";

/** `kubernetes:apps/v1:DeploymentPatch` -> true. */
export function isPatchType(type: string): boolean {
    return /:[A-Za-z0-9]+Patch$/.test(type);
}

export function fieldManager(type: string, urn: string): string {
    return isPatchType(type) ? `${FIELD_MANAGER}-${shortHash(urn)}` : FIELD_MANAGER;
}

function shortHash(text: string): string {
    return createHash("sha256").update(text).digest("hex").slice(0, NAME_CHARACTERS);
}

/** `kubernetes:core/v1:Service` -> `v1` and `Service`. */
export function kindOfType(type: string): { apiVersion: string; kind: string } {
    const [, version = "", kind = ""] = type.split(":");
    return { apiVersion: version.replace(/^core\//, ""), kind: kind.replace(/Patch$/, "") };
}

/**
 * The object to apply: the inputs without the SDK's own keys, and with a name. A missing name is the resource's with 8
 * hex digits, as the provider makes it (sdk/go/common/resource/resource_id.go); ours are steady for the journal's life,
 * so that an interrupted run finds its object again.
 *
 * @param oldName the name the journal remembers
 */
export function desiredObject(
    inputs: WireObject,
    resource: { readonly name: string; readonly urn: string; readonly seed: string },
    oldName: string,
): WireObject {
    const object = Object.fromEntries(Object.entries(inputs).filter(([key]) => !key.startsWith("__")));
    const metadata = objectAt(object, "metadata");
    if (textAt(metadata, "name") !== "") {
        return { ...object, metadata };
    }
    if (textAt(metadata, "generateName") !== "") {
        throw new Error("metadata.generateName is not supported by the lab engine; give a name, or none");
    }
    const name = oldName === "" ? `${resource.name}-${shortHash(`${resource.seed}\n${resource.urn}`)}` : oldName;
    const annotations = { ...objectAt(metadata, "annotations"), [AUTONAMED]: "true" };
    return { ...object, metadata: { ...metadata, name, annotations } };
}

/**
 * The object with what `ignoreChanges` names taken from the cluster: each leaf that would be applied keeps the live
 * value. So a field another manager changed (an image a CI rolled out) stays, and no field is newly owned.
 */
export function keepLive(object: WireObject, live: WireObject, paths: readonly string[]): WireObject {
    let result: Wire = object;
    for (const path of paths) {
        const steps = parsePath(path);
        // The whole object's identity is never ignored away.
        result = steps[0] === "*" ? adopt(result, live) : adoptAt(result, live, steps);
    }
    return isObject(result) ? result : object;
}

function adoptAt(value: Wire, live: Wire | undefined, steps: readonly PathStep[]): Wire {
    const [step, ...rest] = steps;
    if (step === undefined) {
        return adopt(value, live);
    }
    if (Array.isArray(value)) {
        return value.map((item, index) =>
            step === "*" || step === index ? adoptAt(item, counterpart(item, index, live), rest) : item,
        );
    }
    if (!isObject(value)) {
        return value;
    }
    return Object.fromEntries(
        Object.entries(value).map(([key, child]) => [
            key,
            step === "*" || step === key ? adoptAt(child, isObject(live) ? live[key] : undefined, rest) : child,
        ]),
    );
}

/** Every leaf of `value` replaced by the live one, where there is one. */
function adopt(value: Wire, live: Wire | undefined): Wire {
    if (live === undefined) {
        return value;
    }
    if (Array.isArray(value)) {
        return Array.isArray(live) && value.every(isObject)
            ? value.map((item, index) => adopt(item, counterpart(item, index, live)))
            : live;
    }
    if (isObject(value) && isObject(live)) {
        return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, adopt(child, live[key])]));
    }
    return live;
}

/** The same item in the live list: by its `name`, the merge key of containers, volumes, ports and the like. */
function counterpart(item: Wire, index: number, live: Wire | undefined): Wire | undefined {
    if (!Array.isArray(live)) {
        return undefined;
    }
    const name = isObject(item) ? item.name : undefined;
    return name === undefined ? live[index] : live.find((other) => isObject(other) && other.name === name);
}

/** Metadata the API server keeps for itself, and changes on its own. */
const SERVER_SIDE = ["managedFields", "resourceVersion", "generation"];

/** True when applying changed nothing but what the server keeps for itself, or a controller writes as status. */
export function isSameObject(before: WireObject, after: WireObject): boolean {
    return (
        textAt(before, "metadata", "resourceVersion") === textAt(after, "metadata", "resourceVersion") ||
        isDeepStrictEqual(essence(before), essence(after))
    );
}

function essence(object: WireObject): WireObject {
    return { ...without(object, "status"), metadata: without(objectAt(object, "metadata"), ...SERVER_SIDE) };
}

/** What the program gets back: the live object without the book-keeping of server-side apply. */
export function outputsOf(live: WireObject): WireObject {
    return { ...live, metadata: without(objectAt(live, "metadata"), "managedFields") };
}
