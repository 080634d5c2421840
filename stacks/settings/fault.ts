import { formatPath, type KeyPath } from "./path";

/** One thing that is wrong in a stack file. No part of it may hold a secret's value. */
export interface Fault {
    readonly path: KeyPath;
    /** What is there: `"servr"`, `a list`; `undefined` where the key is missing. */
    readonly found?: string;
    /** What belongs there. */
    readonly wanted: string;
    /** Why, or what to do next. */
    readonly hint?: string;
}

/** `laptops[1].role: found "servr"; wanted one of server, agent. Did you mean "server"?` */
export function formatFault(fault: Fault): string {
    const found = fault.found === undefined ? "missing" : `found ${fault.found}`;
    return `${formatPath(fault.path)}: ${found}; wanted ${fault.wanted}${fault.hint === undefined ? "" : `. ${fault.hint}`}`;
}

/** All faults of a stack file in one text: numbered, so that none is overlooked. */
export function formatFaults(faults: readonly Fault[], source: string): string {
    const count = faults.length === 1 ? "1 fault" : `${String(faults.length)} faults`;
    const lines = faults.map((fault, index) => `  ${String(index + 1)}. ${formatFault(fault)}`);
    return [`${count} in ${source}:`, ...lines, "Every key is described in docs/reference/settings.md."].join("\n");
}

const SHOWN_CHARACTERS = 80;

/** A value as a person recognises it in an error. Whatever looks like a private key is not shown. */
export function show(value: unknown): string {
    if (typeof value === "string") {
        if (value.includes("PRIVATE KEY")) return "a private key (not shown)";
        return JSON.stringify(value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}...` : value);
    }
    if (value === null) return "nothing";
    if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
    return typeof value === "number" || typeof value === "boolean" ? String(value) : "a map";
}
