/**
 * Property paths as `ignoreChanges` writes them: `a.b[0].c`, `a["x.y"]`, `a[*]`, `*`
 * (sdk/go/common/resource/property_path.go).
 */
import { type Wire, type WireObject, isObject, isSecret, secret } from "./wire";

export type PathStep = string | number;

/** Splits a path into its steps; `*` stands for every key or index. Throws when the path can't be read. */
export function parsePath(path: string): PathStep[] {
    const steps: PathStep[] = [];
    let rest = path;
    while (rest !== "") {
        const quoted = /^\["((?:[^"\\]|\\.)*)"\]\.?/.exec(rest);
        const indexed = /^\[(\d+|\*)\]\.?/.exec(rest);
        const named = /^([^.[\]]+)\.?/.exec(rest);
        const match = quoted ?? indexed ?? named;
        if (!match) {
            throw new Error(`the property path '${path}' can't be read at '${rest}'`);
        }
        const text = match[1] ?? "";
        if (quoted) {
            steps.push(text.replace(/\\(.)/g, "$1"));
        } else {
            steps.push(indexed && text !== "*" ? Number(text) : text);
        }
        rest = rest.slice(match[0].length);
    }
    return steps;
}

/**
 * The new inputs with the values at `paths` taken from the old ones: what is ignored keeps its old value, or stays
 * away when it was not there (as Pulumi's engine does before a resource is compared).
 */
export function ignoreChanges(news: WireObject, olds: WireObject, paths: readonly string[]): WireObject {
    let result: Wire = news;
    for (const path of paths) {
        result = take(result, olds, parsePath(path));
    }
    return isObject(result) ? result : news;
}

/** `target` with the value at `steps` replaced by that of `source`. */
function take(target: Wire | undefined, source: Wire | undefined, steps: readonly PathStep[]): Wire {
    if (isSecret(target)) {
        return secret(take(target.value, isSecret(source) ? source.value : source, steps));
    }
    const from = isSecret(source) ? source.value : source;
    const [step, ...rest] = steps;
    if (step === undefined || target === undefined) {
        return source ?? target ?? null;
    }
    if (Array.isArray(target)) {
        return target.map((item, index) =>
            step === "*" || step === index ? takeItem(item, at(from, index), rest) : item,
        );
    }
    if (!isObject(target)) {
        return target;
    }
    const keys = step === "*" ? new Set([...Object.keys(target), ...Object.keys(isObject(from) ? from : {})]) : [step];
    const result = { ...target };
    for (const key of keys) {
        const old = at(from, key);
        if (old === undefined && rest.length === 0) {
            Reflect.deleteProperty(result, String(key));
        } else if (old !== undefined && (rest.length === 0 || key in target)) {
            result[String(key)] = take(result[String(key)], old, rest);
        }
    }
    return result;
}

/** A list's item is never taken away, only replaced: its place is part of the list. */
function takeItem(item: Wire, old: Wire | undefined, rest: readonly PathStep[]): Wire {
    return old === undefined ? item : take(item, old, rest);
}

function at(value: Wire | undefined, step: PathStep): Wire | undefined {
    if (Array.isArray(value)) {
        return typeof step === "number" ? value[step] : undefined;
    }
    return isObject(value) ? value[String(step)] : undefined;
}
