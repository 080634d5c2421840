import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/**
 * The address that a request comes from. Of X-Forwarded-For only what the trusted proxies added is believed: with n of
 * them, the n-th entry from the right is what the outermost saw; all left of it is the client's own claim.
 */
export function clientIp(
    request: Pick<IncomingMessage, "headers"> & { readonly socket: { readonly remoteAddress?: string } },
    trustedProxies: number,
): string {
    const direct = plain(request.socket.remoteAddress ?? "") ?? "unknown";
    if (trustedProxies === 0) return direct;
    const forwarded = String(request.headers["x-forwarded-for"] ?? "")
        .split(",")
        .map((entry) => entry.trim())
        .filter((entry) => entry !== "");
    const entry = forwarded.at(-Math.min(trustedProxies, forwarded.length));
    return (entry === undefined ? undefined : plain(entry)) ?? direct;
}

/** What is counted as one client: an IPv4 address, or the /64 that one subscriber's IPv6 addresses share. */
export function clientNetwork(ip: string): string {
    if (isIP(ip) !== 6) return ip;
    const [head = "", tail] = ip.split("%")[0]?.split("::") ?? [];
    const left = head === "" ? [] : head.split(":");
    const right = tail === undefined || tail === "" ? [] : tail.split(":");
    const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0"), ...right];
    return `${groups
        .slice(0, 4)
        .map((group) => Number.parseInt(group, 16).toString(16))
        .join(":")}::/64`;
}

/** Without a port, brackets, or the mapping of IPv4 into IPv6; undefined where it is no address. */
function plain(address: string): string | undefined {
    const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address;
    const mapped = /^::ffff:([\d.]+)$/i.exec(bare)?.[1] ?? bare;
    return isIP(mapped) === 0 ? undefined : mapped.toLowerCase();
}
