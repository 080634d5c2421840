import { type Part, notHad } from "./setup/plan";

export interface LaptopStatus {
    readonly name: string;
    readonly role: string;
    readonly address: string;
    /** podman's word: running, exited, ...; `absent` when it was never made. */
    readonly state: string;
    readonly memoryBytes?: number;
    readonly node?: NodeStatus;
}

export interface NodeStatus {
    readonly ready: boolean;
    /** Version of the kubelet. */
    readonly version: string;
    readonly operatingSystem: string;
}

export interface PageStatus {
    readonly url: string;
    /** The laptop whose ingress was asked. */
    readonly address: string;
    readonly ok: boolean;
    /** What was wrong with the answer. */
    readonly fault?: string;
    readonly milliseconds?: number;
    /** Where the pod runs that serves it. */
    readonly servedBy?: string;
}

export interface LabStatus {
    readonly lab: string;
    readonly up: boolean;
    readonly laptops: readonly LaptopStatus[];
    readonly memoryBytes: number;
    readonly page?: PageStatus;
    /** Where each part comes from; empty before the first `up`. */
    readonly parts: readonly Part[];
    /** Every part that could not be had on this machine, and why. */
    readonly notHad: readonly string[];
}

/** Up: every laptop runs, is a Ready node, and the page, where there is one, comes. */
export function isUp(laptops: readonly LaptopStatus[], page: PageStatus | undefined): boolean {
    return (
        laptops.length > 0 &&
        laptops.every(({ state, node }) => state === "running" && node?.ready === true) &&
        (page?.ok ?? true)
    );
}

/** The lines of all parts and of the stand-in's gaps. */
export function allNotHad(parts: readonly Part[], gaps: readonly string[]): string[] {
    const k3sIsStandIn = parts.some(({ part, choice }) => part === "k3s" && choice === "stand-in");
    return [...notHad(parts), ...(k3sIsStandIn ? gaps.map((gap) => `k3s stand-in: ${gap}`) : [])];
}

interface NodeList {
    readonly items: readonly {
        readonly metadata: { readonly name: string };
        readonly status: {
            readonly conditions?: readonly { readonly type: string; readonly status: string }[];
            readonly nodeInfo: { readonly kubeletVersion: string; readonly osImage: string };
        };
    }[];
}

/** `kubectl get nodes --output json`, by node. */
export function parseNodes(json: string): ReadonlyMap<string, NodeStatus> {
    const { items } = JSON.parse(json) as NodeList;
    return new Map(
        items.map(({ metadata, status }) => [
            metadata.name,
            {
                ready: status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false,
                version: status.nodeInfo.kubeletVersion,
                operatingSystem: status.nodeInfo.osImage,
            },
        ]),
    );
}

export function formatStatus(status: LabStatus): string {
    const rows = status.laptops.map(({ name, role, address, state, memoryBytes, node }) => [
        name,
        role,
        address,
        node === undefined ? `${state}, no node` : state === "running" ? (node.ready ? "Ready" : "NotReady") : state,
        node?.version ?? "-",
        node?.operatingSystem ?? "-",
        memoryBytes === undefined ? "-" : mebibytes(memoryBytes),
    ]);
    const lines = [`lab ${status.lab}: ${status.up ? "up" : "not up"}`, ...table(rows).map((line) => `  ${line}`)];
    lines.push(`  memory used by the laptops: ${mebibytes(status.memoryBytes)}`);
    if (status.page !== undefined) lines.push(...formatPage(status.page).map((line) => `  ${line}`));
    if (status.notHad.length > 0) {
        lines.push("  not to be had on this machine:", ...status.notHad.map((line) => `  - ${line}`));
    }
    return lines.join("\n");
}

function formatPage(page: PageStatus): string[] {
    const name = new URL(page.url).host;
    const how = `curl --resolve ${name}:80:${page.address} ${page.url}`;
    if (!page.ok) return [`page ${page.url} at ${page.address}: ${page.fault ?? "no answer"}`, `  try: ${how}`];
    const from = page.servedBy === undefined ? "" : `, served by a pod on ${page.servedBy}`;
    return [`page ${page.url} at ${page.address}: answered in ${page.milliseconds ?? 0} ms${from}`, `  see it: ${how}`];
}

function table(rows: readonly (readonly string[])[]): string[] {
    const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
    return rows.map((row) =>
        row
            .map((cell, column) => cell.padEnd(widths[column] ?? 0))
            .join("  ")
            .trimEnd(),
    );
}

function mebibytes(bytes: number): string {
    return `${Math.round(bytes / 2 ** 20)} MiB`;
}
