/** Comparing a resource's inputs with those of the last run. */
import { type Wire, type WireObject, isObject, isSecret, sameValue } from "./wire";

const PATHS_SHOWN = 6;

/** Names of the top-level inputs that differ in value; `__defaults` is the SDK's own book-keeping. */
export function changedInputs(olds: WireObject, news: WireObject): string[] {
    const names = new Set([...Object.keys(olds), ...Object.keys(news)]);
    return [...names].filter((name) => name !== "__defaults" && !sameValue(olds[name], news[name])).sort();
}

/** The paths of what differs, without values; secrets are not looked into. */
export function changedPaths(olds: WireObject, news: WireObject): string {
    const paths: string[] = [];
    for (const name of changedInputs(olds, news)) {
        collect(olds[name], news[name], name, paths);
    }
    const more = paths.length - PATHS_SHOWN;
    return [...paths.slice(0, PATHS_SHOWN), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

function collect(old: Wire | undefined, now: Wire | undefined, path: string, paths: string[]): void {
    if (sameValue(old, now)) {
        return;
    }
    if (isObject(old) && isObject(now) && !isSecret(old) && !isSecret(now)) {
        for (const key of [...new Set([...Object.keys(old), ...Object.keys(now)])].sort()) {
            collect(old[key], now[key], `${path}.${key}`, paths);
        }
    } else if (Array.isArray(old) && Array.isArray(now) && old.length === now.length) {
        old.forEach((item, index) => {
            collect(item, now[index], `${path}[${index}]`, paths);
        });
    } else {
        paths.push(path);
    }
}
