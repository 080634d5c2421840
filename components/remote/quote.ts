/** A value that a script can take as a variable: a string, a number, a flag (`true`/`false`), a list or a map. */
export type ShellValue = string | number | boolean | readonly string[] | Readonly<Record<string, string>>;

const variableName = /^[a-z_][a-z0-9_]*$/;

/**
 * Quotes one string so that bash reads back exactly the same bytes.
 *
 * @throws Error when the string holds a NUL byte, which no shell variable can.
 */
export function quote(value: string): string {
    if (value.includes("\0")) {
        throw new Error("a value for a remote script holds a NUL byte, which no shell variable can carry");
    }
    return `'${value.replaceAll("'", `'\\''`)}'`;
}

/**
 * Renders variables as bash assignments, one a line: strings, numbers and flags plain, lists as arrays,
 * maps as associative arrays.
 *
 * @throws Error when a name isn't lower-case snake case, so that no input can shadow a variable of the system.
 */
export function assignments(values: Readonly<Record<string, ShellValue>>): string {
    return Object.entries(values)
        .map(([name, value]) => `${assignment(name, value)}\n`)
        .join("");
}

function assignment(name: string, value: ShellValue): string {
    if (!variableName.test(name)) {
        throw new Error(`"${name}" can't be a variable of a remote script: wanted lower-case letters, digits and "_"`);
    }
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
        return `${name}=${quote(String(value))}`;
    }
    if (isList(value)) {
        return `declare -a ${name}=(${value.map(quote).join(" ")})`;
    }
    const entries = Object.entries(value).map(([key, entry]) => `[${quote(key)}]=${quote(entry)}`);
    return `declare -A ${name}=(${entries.join(" ")})`;
}

function isList(value: ShellValue): value is readonly string[] {
    return Array.isArray(value);
}
