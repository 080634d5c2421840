import type * as pulumi from "@pulumi/pulumi";

/**
 * Everything the stack file says, checked, with every default filled in. `Secret` is an Output in the program, and plain
 * text in the pure core, which knows nothing of Pulumi.
 */
export interface Settings<Secret = pulumi.Output<string>> {
    readonly domain: string;
    readonly laptops: readonly Laptop<Secret>[];
    readonly ssh: Ssh<Secret>;
    readonly preflight: Preflight;
    readonly prepare: Prepare;
    readonly k3s: K3s<Secret>;
    readonly hello: Hello;
}

export type Role = "server" | "agent";
export type OperatingSystem = "ubuntu" | "debian";
export type ArtifactSource = "release" | "mirror" | "file" | "none";
export type Architecture = "amd64" | "arm64";

export interface Laptop<Secret = pulumi.Output<string>> {
    /** The Kubernetes node's name; the laptop's hostname may be another one. */
    readonly name: string;
    /** The first server listed is the one that starts the cluster. */
    readonly role: Role;
    /** IP or hostname that the workstation reaches. */
    readonly address: string;
    readonly port: number;
    readonly user: string;
    /** `ssh-ed25519 AAAA...`, without a comment. */
    readonly hostKey: string;
    /** IPv4 address by which the nodes reach each other. */
    readonly nodeIp: string;
    readonly interface?: string;
    readonly labels: Readonly<Record<string, string>>;
    /** `key=value:Effect` or `key:Effect`. */
    readonly taints: readonly string[];
    /** Gone for good. */
    readonly lost: boolean;
    readonly sudoPassword?: Secret;
}

export interface SshEndpoint {
    readonly address: string;
    readonly port: number;
    readonly user: string;
    readonly hostKey: string;
}

export interface Ssh<Secret = pulumi.Output<string>> {
    readonly user?: string;
    /** The key itself, from `ssh.privateKey` or read from `ssh.privateKeyFile`; unknown in a preview without the file. */
    readonly privateKey?: Secret;
    readonly privateKeyPassword?: Secret;
    readonly agent: boolean;
    readonly jumpHost?: SshEndpoint;
}

export interface Preflight {
    readonly operatingSystems: readonly OperatingSystem[];
    readonly minimumMemoryMiB: number;
    readonly minimumDiskGiB: number;
    readonly minimumFreeInodes: number;
    readonly maximumClockSkewSeconds: number;
}

export interface Prepare {
    /** A size as journald.conf takes it, such as `500M`. */
    readonly journaldMaxUse: string;
    readonly unattendedUpgrades: boolean;
    /** Percent; 0 leaves the limit alone. */
    readonly batteryChargeLimit: number;
    /** Percent; 0 never shuts down. */
    readonly shutdownAtBatteryPercent: number;
    /** Extra /etc/hosts entries: name -> IP. */
    readonly hosts: Readonly<Record<string, string>>;
    readonly timeSync: boolean;
}

export interface Artifact {
    readonly source: ArtifactSource;
    /** Base address of a mirror, without a slash at its end: `<url>/<version>/<file>`. */
    readonly url?: string;
    /** A file on the workstation; `~` is expanded, a relative path starts at the project's folder. */
    readonly path?: string;
    /** Lower-case hex: the settings' own, else those of components/k3s/releases.ts. */
    readonly sha256: Readonly<Partial<Record<Architecture, string>>>;
}

export interface K3s<Secret = pulumi.Output<string>> {
    readonly version: string;
    readonly binary: Artifact;
    readonly airgapImages: Artifact;
    /** Extra config.yaml keys of every node, of servers, and of agents. */
    readonly config: Readonly<Record<string, unknown>>;
    readonly serverConfig: Readonly<Record<string, unknown>>;
    readonly agentConfig: Readonly<Record<string, unknown>>;
    readonly tlsSans: readonly string[];
    readonly apiAddress?: string;
    readonly token?: Secret;
    readonly agentToken?: Secret;
    readonly agentTokenRenewal: number;
    /** By host. */
    readonly registries: Readonly<Record<string, Registry<Secret>>>;
    readonly allowRemoval: boolean;
    readonly removeData: boolean;
    readonly kubeconfigRenewal: number;
    readonly certificateRenewal: number;
    readonly drainTimeoutSeconds: number;
    readonly timeoutSeconds: number;
}

/** How containerd reaches one registry. */
export interface Registry<Secret = pulumi.Output<string>> {
    /** Asked in this order before the registry itself. */
    readonly endpoints: readonly string[];
    readonly username?: string;
    readonly password?: Secret;
}

export interface Hello {
    readonly enabled: boolean;
    readonly host: string;
    /** Name of the laptop that runs the page. */
    readonly node?: string;
    readonly image: string;
}
