import { isIP, isIPv4 } from "node:net";

const LABEL = "[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?";
const SUBDOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
const QUALIFIED_NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** RFC 1123 subdomain in lower case, as Kubernetes wants names of objects. */
export function isSubdomain(text: string): boolean {
    return text.length <= 253 && SUBDOMAIN.test(text);
}

/** A node's name is also its hostname and a label's value: at most 63 characters. */
export function isNodeName(text: string): boolean {
    return text.length <= 63 && isSubdomain(text) && text !== "localhost" && isIP(text) === 0;
}

/** A public or private DNS name of at least two labels; never an IP address. */
export function isDomain(text: string): boolean {
    return isSubdomain(text) && text.includes(".") && isIP(text) === 0;
}

/** A hostname as SSH may be given it; capitals are allowed, as DNS allows them. */
export function isHostname(text: string): boolean {
    // Dotted numbers that are no IP address are a mistyped address, not a name.
    return isSubdomain(text.toLowerCase()) && !/^[\d.]+$/.test(text);
}

export function isAddress(text: string): boolean {
    return isIP(text) !== 0 || isHostname(text);
}

export function isUserName(text: string): boolean {
    return /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(text);
}

/** Linux allows 15 characters, no slash and no white space. */
export function isInterfaceName(text: string): boolean {
    return /^[^\s/]{1,15}$/.test(text) && text !== "." && text !== "..";
}

/** Kubernetes' label and taint keys: an optional DNS prefix and a name of at most 63 characters. */
export function isLabelKey(text: string): boolean {
    const parts = text.split("/");
    const name = parts.pop() ?? "";
    return QUALIFIED_NAME.test(name) && (parts.length === 0 || (parts.length === 1 && isSubdomain(parts[0] ?? "")));
}

export function isLabelValue(text: string): boolean {
    return text === "" || QUALIFIED_NAME.test(text);
}

/** The labels in the reserved domains that a kubelet may still set (kubernetes/pkg/apis/core: IsKubeletLabel). */
const KUBELET_LABELS = new Set([
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone",
    "node.kubernetes.io/instance-type",
    "beta.kubernetes.io/instance-type",
]);

/**
 * Whether the API server's NodeRestriction plugin (or the kubelet itself, by not starting) refuses a node that labels
 * itself so. `kubernetes.io/hostname`, `os` and `arch` are the kubelet's own.
 */
export function isReservedLabel(key: string): boolean {
    const prefix = key.includes("/") ? key.slice(0, key.indexOf("/")) : "";
    const within = (domain: string) => prefix === domain || prefix.endsWith(`.${domain}`);
    if (!within("kubernetes.io") && !within("k8s.io")) return false;
    if (within("node-restriction.kubernetes.io")) return true;
    return !KUBELET_LABELS.has(key) && !within("kubelet.kubernetes.io") && !within("node.kubernetes.io");
}

export interface Taint {
    readonly key: string;
    readonly value: string;
    readonly effect: string;
}

export const TAINT_EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"] as const;

/** Parts of `key=value:Effect` or `key:Effect`; undefined for any other form. The effect isn't looked at. */
export function parseTaint(text: string): Taint | undefined {
    const match = /^(?<key>[^=:]+)(?:=(?<value>[^=:]*))?:(?<effect>[^=:]+)$/.exec(text);
    const { key = "", value = "", effect = "" } = match?.groups ?? {};
    return match !== null && isLabelKey(key) && isLabelValue(value) ? { key, value, effect } : undefined;
}

/** An image by tag or digest. Never `latest`, and never without either: both change under one's feet. */
export function isPinnedImage(text: string): boolean {
    const path = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    const pattern = new RegExp(
        `^(?:[A-Za-z0-9.-]+(?::\\d+)?/)?${path}(?:/${path})*(?::(?<tag>\\w[\\w.-]{0,127}))?(?<digest>@sha256:[0-9a-f]{64})?$`,
    );
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined) return false;
    return groups.digest !== undefined || (groups.tag !== undefined && groups.tag !== "latest");
}

/** Ranges in which no node can be reached by another. */
const UNREACHABLE: Readonly<Record<string, string>> = {
    "0.0.0.0/8": "That address stands for 'any address'",
    "127.0.0.0/8": "That is the loopback address, by which a laptop reaches only itself",
    "169.254.0.0/16": "That is a link-local address, which changes by itself",
    "224.0.0.0/3": "That is a multicast or reserved address",
};

/** Why other machines cannot reach an IPv4 address; undefined for an ordinary one. */
export function whyUnreachable(address: string): string | undefined {
    const range = Object.keys(UNREACHABLE).find((network) => isInNetwork(address, network));
    return range === undefined ? undefined : UNREACHABLE[range];
}

/** Whether an IPv4 address lies in a network written as CIDR (`10.42.0.0/16`). */
export function isInNetwork(address: string, network: string): boolean {
    const [base = "", length = ""] = network.split("/");
    if (!isIPv4(address) || !isIPv4(base) || !/^\d{1,2}$/.test(length) || Number(length) > 32) return false;
    const shift = 32 - Number(length);
    // 2 ** shift and not a bit shift, which JavaScript does modulo 32.
    return Math.floor(toNumber(address) / 2 ** shift) === Math.floor(toNumber(base) / 2 ** shift);
}

function toNumber(address: string): number {
    return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}
