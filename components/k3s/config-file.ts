import { stringify } from "yaml";

/** What the program itself decides of a node's config.yaml; the key names are k3s's. */
export interface NodeConfig {
    readonly name: string;
    readonly nodeIp: string;
    readonly interface?: string | undefined;
}

/** What a node tells the cluster of itself when it registers. */
export interface NodeRegistration {
    readonly labels: Readonly<Record<string, string>>;
    /** `key=value:Effect` or `key:Effect`. */
    readonly taints: readonly string[];
}

/** A server's own part. */
export interface ServerConfig extends NodeConfig {
    readonly token: string;
    readonly agentToken: string;
    readonly tlsSans: readonly string[];
}

/** An agent's own part. */
export interface AgentConfig extends NodeConfig {
    /** URL of the first server's API. */
    readonly server: string;
    /** The server's secure join token, `K10<sha256 of the CA>::node:<password>`. */
    readonly token: string;
}

/** Keys of config.yaml that an operator adds. */
export type ExtraConfig = Readonly<Record<string, unknown>>;

/** config.yaml of a server. */
export function serverConfigFile(config: ServerConfig, extra: ExtraConfig): string {
    return render({
        ...extra,
        ...nodeKeys(config),
        token: config.token,
        // Agents get a token of their own: with the server's, whoever reads an agent's disk could join as a server.
        "agent-token": config.agentToken,
        "tls-san": [...new Set([...config.tlsSans, config.name, config.nodeIp])].sort(),
        "secrets-encryption": true,
        "write-kubeconfig-mode": "0600",
    });
}

/** config.yaml of an agent. */
export function agentConfigFile(config: AgentConfig, extra: ExtraConfig): string {
    return render({ ...extra, ...nodeKeys(config), server: config.server, token: config.token });
}

/**
 * The drop-in config.yaml.d/10-onprem-blog.yaml; empty for a node without labels and taints.
 *
 * k3s sets labels when it starts and taints when the node registers; between those the API does, so they stand apart from
 * what a change restarts k3s for.
 */
export function registrationFile({ labels, taints }: NodeRegistration): string {
    const nodeLabels = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    const config = {
        ...(nodeLabels.length === 0 ? {} : { "node-label": nodeLabels.sort() }),
        ...(taints.length === 0 ? {} : { "node-taint": [...taints].sort() }),
    };
    return Object.keys(config).length === 0 ? "" : render(config);
}

function nodeKeys(config: NodeConfig): Record<string, unknown> {
    return {
        "node-name": config.name,
        "node-ip": config.nodeIp,
        ...(config.interface === undefined ? {} : { "flannel-iface": config.interface }),
    };
}

/** Keys are sorted, so that reordering a stack file changes no byte here and restarts nothing. */
export function render(config: Record<string, unknown>): string {
    return `# Managed by onprem-blog\n${stringify(config, { sortMapEntries: true, lineWidth: 0 })}`;
}
