import type { Client } from "ssh2";
import { connect, format, type Target } from "../scan/connection";
import { report } from "../scan/report";
import { scan, type Finding, type Host } from "../scan/scan";
import type { PlainSecret } from "../plain-secret";
import type { Settings } from "../types";

/** What the operator says of a scanned key: that it is the laptop's own. */
export type Confirm = (finding: Finding) => Promise<boolean>;

/** A laptop that keeps setup from going on. */
export class SetupError extends Error {
    override readonly name = "SetupError";
}

export interface HostKeys {
    /** One for each laptop, in the order of the settings. */
    readonly laptops: readonly string[];
    readonly jumpHost?: string;
}

/**
 * Scans every machine and has each key confirmed; the jump host's first, since the others are only reached through it.
 *
 * @param settings faultless but for the host keys, which count only where `pinned` has one.
 * @throws SetupError when a machine gives no key or its key is not confirmed.
 */
export async function collectHostKeys(
    settings: Settings<PlainSecret>,
    agentSocket: string | undefined,
    confirm: Confirm,
    say: (text: string) => void,
): Promise<HostKeys> {
    const { jumpHost } = settings.ssh;
    if (jumpHost === undefined) return { laptops: await confirmed(hostsOf(settings), undefined, confirm, say) };
    const [hostKey = ""] = await confirmed(
        [{ name: "jump host", address: jumpHost.address, port: jumpHost.port }],
        undefined,
        confirm,
        say,
    );
    const via = await connect({ ...jumpHost, ...loginOf(settings, agentSocket), user: jumpHost.user, hostKey });
    try {
        return { laptops: await confirmed(hostsOf(settings), via, confirm, say), jumpHost: hostKey };
    } finally {
        via.end();
    }
}

async function confirmed(
    hosts: readonly Host[],
    via: Client | undefined,
    confirm: Confirm,
    say: (text: string) => void,
): Promise<string[]> {
    const findings = await scan(hosts, via);
    say(report(findings));
    const lines: string[] = [];
    for (const finding of findings) {
        const who = finding.host.name ?? format(finding.host);
        if (finding.key === undefined) throw new SetupError(`${who}: ${finding.problem ?? "no host key"}`);
        if (!(await confirm(finding)))
            throw new SetupError(`${who}: its host key ${finding.key.fingerprint} was not confirmed`);
        lines.push(finding.key.line);
    }
    return lines;
}

function hostsOf(settings: Settings<PlainSecret>): Host[] {
    return settings.laptops.map(({ name, address, port }) => ({ name, address, port }));
}

/** The part of a connection that is the same for every machine. */
export function loginOf(
    { ssh }: Settings<PlainSecret>,
    agentSocket: string | undefined,
): Pick<Target, "privateKey" | "privateKeyPassword" | "agentSocket"> {
    return {
        ...(typeof ssh.privateKey === "string" ? { privateKey: ssh.privateKey } : {}),
        ...(typeof ssh.privateKeyPassword === "string" ? { privateKeyPassword: ssh.privateKeyPassword } : {}),
        ...(ssh.agent && agentSocket !== undefined ? { agentSocket } : {}),
    };
}
