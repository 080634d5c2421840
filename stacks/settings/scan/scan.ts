import type { Client } from "ssh2";
import { PLACEHOLDER, type HostKey } from "../host-key";
import { fetchHostKey, type Endpoint } from "./connection";

export interface Host extends Endpoint {
    /** The laptop's name in the stack file, where the host is one of its laptops. */
    readonly name?: string;
    /** The host key that the stack file has. */
    readonly pinned?: string;
}

export interface Finding {
    readonly host: Host;
    readonly key?: HostKey;
    /** How the key compares with the stack file's. */
    readonly verdict?: "same" | "different" | "new";
    /** Why there is no key. */
    readonly problem?: string;
}

/** Asks all hosts at once; a host that does not answer keeps none of the others. */
export function scan(hosts: readonly Host[], via?: Client): Promise<Finding[]> {
    return Promise.all(
        hosts.map(async (host): Promise<Finding> => {
            try {
                const key = await fetchHostKey(host, via);
                return { host, key, verdict: compare(key, host.pinned) };
            } catch (error) {
                return { host, problem: error instanceof Error ? error.message : String(error) };
            }
        }),
    );
}

function compare(key: HostKey, pinned: string | undefined): Finding["verdict"] {
    if (pinned === undefined || pinned === PLACEHOLDER) return "new";
    return pinned === key.line ? "same" : "different";
}

/** Every key was had, and none differs from a pinned one. */
export function isFine(findings: readonly Finding[]): boolean {
    return findings.every(({ verdict }) => verdict === "same" || verdict === "new");
}
