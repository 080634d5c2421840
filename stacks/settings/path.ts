/** Where a value stands in the settings: map keys and list indices, outermost first. */
export type KeyPath = readonly PropertyKey[];

/**
 * A key path as people write it and as `pulumi config set --path` takes it: `laptops[1].nodeIp`,
 * `prepare.hosts["nas.home"]`.
 */
export function formatPath(path: KeyPath): string {
    let text = "";
    for (const step of path) {
        if (typeof step === "number") text += `[${String(step)}]`;
        else if (/^[A-Za-z_$][\w$:-]*$/.test(String(step))) text += (text === "" ? "" : ".") + String(step);
        else text += `[${JSON.stringify(String(step))}]`;
    }
    return text;
}

/** The value at a path of maps and lists, or undefined. */
export function valueAt(root: unknown, path: KeyPath): unknown {
    let value = root;
    for (const step of path) {
        if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
        value = (value as Record<PropertyKey, unknown>)[step];
    }
    return value;
}
