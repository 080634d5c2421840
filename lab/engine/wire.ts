/**
 * The form values have on the wire between Pulumi's SDK and an engine: plain JSON in which secrets, assets and
 * resource references are objects with a signature key, and a value not known yet is one fixed string
 * (constants: @pulumi/pulumi runtime/rpc and sdk/go/common/resource).
 */
import { isDeepStrictEqual } from "node:util";

export type Wire = null | boolean | number | string | Wire[] | { [key: string]: Wire };
export type WireObject = Record<string, Wire>;

export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
export const ASSET = "c44067f5952c0a294b673a41bacd8c17";
export const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
export const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** An object of the wire form, not an array and not null. */
export function isObject(value: unknown): value is WireObject {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What kind of special value this is, by its signature. */
function signatureOf(value: unknown): Wire | undefined {
    return isObject(value) ? value[SIGNATURE] : undefined;
}

export function isSecret(value: unknown): value is { value: Wire } {
    return signatureOf(value) === SECRET;
}

export function isAsset(value: unknown): value is WireObject {
    return signatureOf(value) === ASSET;
}

export function isArchive(value: unknown): value is WireObject {
    return signatureOf(value) === ARCHIVE;
}

export function isResourceReference(value: unknown): value is WireObject {
    return signatureOf(value) === RESOURCE;
}

/** Marks a value secret; one that already is stays as it is. */
export function secret(value: Wire): Wire {
    return isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

/** The value with every secret mark taken off, at any depth. */
export function plain(value: Wire): Wire {
    if (isSecret(value)) {
        return plain(value.value);
    }
    if (Array.isArray(value)) {
        return value.map(plain);
    }
    return isObject(value) ? plainObject(value) : value;
}

/** The value as people may see it: secrets are `[secret]`, what is not known yet is `[unknown]`. */
export function shown(value: Wire): Wire {
    if (isSecret(value)) {
        return "[secret]";
    }
    if (Array.isArray(value)) {
        return value.map(shown);
    }
    if (isObject(value)) {
        return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, shown(child)]));
    }
    return value === UNKNOWN ? "[unknown]" : value;
}

/** {@link plain} for an object's properties. */
export function plainObject(value: WireObject): WireObject {
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, plain(child)]));
}

/** True when any part of the value meets the test; secrets are looked into. */
function some(value: Wire, test: (value: Wire) => boolean): boolean {
    if (test(value)) {
        return true;
    }
    if (Array.isArray(value)) {
        return value.some((child) => some(child, test));
    }
    return isObject(value) && Object.values(value).some((child) => some(child, test));
}

export function hasSecret(value: Wire): boolean {
    return some(value, isSecret);
}

export function hasUnknown(value: Wire): boolean {
    return some(value, (part) => part === UNKNOWN);
}

/**
 * Marks outputs secret wherever the input of the same name is: objects are walked, so that only the secret leaf is
 * marked; a list that holds a secret is marked whole, since its order may change (as Pulumi's engine does for
 * providers that return plain values: pkg/resource/plugin/provider_plugin.go, annotateSecrets).
 */
export function annotateSecrets(outputs: WireObject, inputs: WireObject): WireObject {
    const annotated: WireObject = { ...outputs };
    for (const [key, input] of Object.entries(inputs)) {
        const output = annotated[key];
        if (output === undefined || isSecret(output)) {
            continue;
        }
        if (isObject(output) && isObject(input) && !isSecret(input)) {
            annotated[key] = annotateSecrets(output, input);
        } else if (hasSecret(input)) {
            annotated[key] = secret(output);
        }
    }
    return annotated;
}

/** Marks the named top-level outputs secret (the resource option additionalSecretOutputs). */
export function markSecret(outputs: WireObject, names: readonly string[]): WireObject {
    const marked = { ...outputs };
    for (const name of names) {
        const value = marked[name];
        if (value !== undefined) {
            marked[name] = secret(value);
        }
    }
    return marked;
}

/** Equal in meaning: secret marks are ignored, so that a value that became secret is not a change of value. */
export function sameValue(a: Wire | undefined, b: Wire | undefined): boolean {
    return isDeepStrictEqual(a === undefined ? undefined : plain(a), b === undefined ? undefined : plain(b));
}
