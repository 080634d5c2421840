/** The namespace of our keys in a stack file, and the project's name in Pulumi.yaml. */
export const NAMESPACE = "onprem-blog";

/** The keys of our namespace, without it. */
export function ownKeys<T>(config: Readonly<Record<string, T>>): Record<string, T> {
    const prefix = `${NAMESPACE}:`;
    return Object.fromEntries(
        Object.entries(config).flatMap(([key, value]) =>
            key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
        ),
    );
}

/** Section -> value, from config in the form in which the engine hands it to the program. */
export function rawSettings(config: Readonly<Record<string, string>>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(ownKeys(config)).map(([key, value]) => [key, fromConfig(value)]));
}

/** Maps and lists come as JSON, an empty value as `null`; anything else is the text that it is. */
export function fromConfig(value: string): unknown {
    if (value !== "null" && !/^\s*[[{]/.test(value)) return value;
    try {
        return JSON.parse(value) as unknown;
    } catch {
        return value;
    }
}
