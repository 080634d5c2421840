import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { once, readScript, RemoteStep, stepFacts, type Credentials, type Host } from "../remote";
import { renderKubeconfig } from "./kubeconfig";

/** Arguments of {@link ClusterAccess}. */
export interface ClusterAccessArgs {
    /** The first server. */
    readonly host: Host;
    readonly credentials: Credentials;
    /** URL of the API as the workstation reaches it. */
    readonly server: string;
    /** A raised number makes a new token and withdraws the old one. */
    readonly renewal: number;
    /** What must be done before: every node Ready. */
    readonly after: pulumi.Output<unknown>;
}

const scripts = path.join(__dirname, "scripts");
/** The API has a minute to answer, and Kubernetes half a one for the token. */
const deadlineSeconds = 120;
const accessFacts = stepFacts.extend({ token: z.string(), certificateAuthority: z.string() });

/**
 * Hands out the cluster's kubeconfig. Its step asks for nothing that changes in a cluster's life: a preview knows the
 * kubeconfig then, and with an unknown one it would show everything in the cluster as changed.
 */
export class ClusterAccess extends pulumi.ComponentResource {
    /** Secret: whoever holds it is cluster-admin. */
    public readonly kubeconfig: pulumi.Output<string>;

    constructor(name: string, args: ClusterAccessArgs, opts?: pulumi.ComponentResourceOptions) {
        super("onprem-blog:k3s:ClusterAccess", name, {}, opts);
        const step = new RemoteStep(
            name,
            {
                host: args.host,
                credentials: args.credentials,
                title: "let the program in",
                script: readScript(scripts, "cluster.sh") + readScript(scripts, "access.sh"),
                inputs: {
                    renewal: args.renewal,
                    after: once(args.after, "done"),
                },
                facts: accessFacts,
                deadlineSeconds,
            },
            { parent: this },
        );
        this.kubeconfig = pulumi.secret(
            step.facts.apply(({ token, certificateAuthority }) =>
                renderKubeconfig({ server: args.server, token, certificateAuthority }),
            ),
        );
        this.registerOutputs({ kubeconfig: this.kubeconfig });
    }
}
