import type * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";

/** How to reach one laptop. */
export interface Host {
    /** Name of the laptop, for messages. */
    readonly name: string;
    /** Address or DNS name that the workstation reaches. */
    readonly address: string;
    readonly port: number;
    readonly user: string;
    /** Public key in the form `ssh-ed25519 AAAA...`; a host that shows another key is not talked to. */
    readonly hostKey: string;
    /** Where sudo asks for one. */
    readonly sudoPassword?: pulumi.Output<string>;
    /** Gone for good: nothing is run on it any more, not even to undo what was done there. */
    readonly lost?: boolean;
}

/**
 * How the operator proves who they are, to every laptop alike. Without a key it's the ssh-agent behind SSH_AUTH_SOCK,
 * which @pulumi/command asks by itself: naming its socket here would make every new login session a changed input.
 */
export interface Credentials {
    readonly privateKey?: pulumi.Output<string>;
    readonly privateKeyPassword?: pulumi.Output<string>;
    readonly jumpHost?: Omit<Host, "sudoPassword" | "name" | "lost">;
}

/**
 * Tries after the first before a host counts as out of reach: with those, one that drops every packet is told of within
 * 45 s (the provider dials until the failures are more than this).
 */
const dialErrorLimit = 2;
const dialTimeoutSeconds = 15;

/** The connection of a Command to one laptop, through the jump host where there is one. */
export function connection(host: Host, credentials: Credentials): command.types.input.remote.ConnectionArgs {
    const { jumpHost } = credentials;
    return {
        ...endpoint(host, credentials),
        ...(jumpHost === undefined ? {} : { proxy: endpoint(jumpHost, credentials) }),
    };
}

function endpoint(host: Omit<Host, "name">, credentials: Credentials) {
    return {
        host: host.address,
        port: host.port,
        user: host.user,
        hostKey: host.hostKey,
        dialErrorLimit,
        perDialTimeout: dialTimeoutSeconds,
        ...(credentials.privateKey === undefined ? {} : { privateKey: credentials.privateKey }),
        ...(credentials.privateKeyPassword === undefined ? {} : { privateKeyPassword: credentials.privateKeyPassword }),
    };
}
