/** What people read of a run. */
import type { EngineEvent, EngineResult, ResourceReport, Status } from "./types";

const MARKS: Record<Status, string> = {
    created: "+",
    changed: "~",
    unchanged: " ",
    deleted: "-",
    "planned-create": "+",
    "planned-change": "~",
    "planned-delete": "-",
    failed: "!",
};

const WORDS: Record<Status, string> = {
    created: "created",
    changed: "changed",
    unchanged: "unchanged",
    deleted: "deleted",
    "planned-create": "would be created",
    "planned-change": "would change",
    "planned-delete": "would be deleted",
    failed: "failed",
};

/** The resources as a tree under their parents, each with what was or would be done. */
export function renderTree(resources: readonly ResourceReport[]): string {
    const known = new Set(resources.map((resource) => resource.urn));
    const children = new Map<string, ResourceReport[]>();
    for (const resource of resources) {
        const parent = resource.parentUrn !== undefined && known.has(resource.parentUrn) ? resource.parentUrn : "";
        children.set(parent, [...(children.get(parent) ?? []), resource]);
    }
    const lines: string[] = [];
    const walk = (parent: string, depth: number): void => {
        for (const resource of children.get(parent) ?? []) {
            lines.push(line(resource, depth));
            walk(resource.urn, depth + 1);
        }
    };
    walk("", 0);
    return lines.join("\n");
}

function line(resource: ResourceReport, depth: number): string {
    const detail = resource.detail === undefined || resource.status === "unchanged" ? "" : ` [${resource.detail}]`;
    const seconds = resource.seconds >= 2 ? ` (${resource.seconds.toFixed(1)} s)` : "";
    const indent = "    ".repeat(depth);
    return `${MARKS[resource.status]} ${indent}${resource.type} ${resource.name}  ${WORDS[resource.status]}${detail}${seconds}`;
}

/** One event as a line; undefined for what the tree at the end says better. */
export function renderEvent(event: EngineEvent): string | undefined {
    switch (event.kind) {
        case "log":
            return event.name === undefined ? event.message : `  ${event.name}: ${event.message ?? ""}`;
        case "failed":
            return `! ${event.type ?? ""} ${event.name ?? ""} failed`;
        case "done":
            return event.status === undefined || event.status === "unchanged" || (event.seconds ?? 0) < 2
                ? undefined
                : `${MARKS[event.status]} ${event.type ?? ""} ${event.name ?? ""} ${WORDS[event.status]} (${(event.seconds ?? 0).toFixed(1)} s)`;
        default:
            return undefined;
    }
}

/** The tree, the outputs (secrets hidden), the errors and the sums. */
export function renderResult(result: EngineResult, showSecrets: boolean): string {
    const { counts } = result;
    const values = showSecrets ? result.outputs : result.shownOutputs;
    const outputs = Object.entries(values).map(([name, value]) => `    ${name}: ${JSON.stringify(value)}`);
    return [
        renderTree(result.resources),
        ...(outputs.length > 0 ? ["Outputs:", ...outputs] : []),
        ...result.errors.map((error) => `error: ${error}`),
        `${counts.created} created, ${counts.changed} changed, ${counts.unchanged} unchanged, ${counts.deleted} deleted in ${result.seconds.toFixed(1)} s`,
    ].join("\n");
}
