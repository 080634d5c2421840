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
    /** Node IPs by node: all must be Ready before anything is deployed. */
    readonly nodeIps: Readonly<Record<string, string>>;
    readonly allowRemoval: boolean;
    /** A raised number makes a new token and withdraws the old one. */
    readonly renewal: number;
    /** What must be done before: k3s on every laptop. */
    readonly after: pulumi.Output<unknown>;
    readonly deadlineSeconds: number;
}

const scripts = path.join(__dirname, "scripts");
const accessFacts = stepFacts.extend({ token: z.string(), certificateAuthority: z.string() });

/** Waits until every node is Ready, and hands out the cluster's kubeconfig. */
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
                title: "wait for the nodes",
                script: readScript(scripts, "cluster.sh") + readScript(scripts, "access.sh"),
                // It depends on everything, and so goes first when everything goes.
                removeScript: readScript(scripts, "cluster.sh") + readScript(scripts, "before-destroy.sh"),
                inputs: {
                    nodes: pulumi.output(Object.keys(args.nodeIps)),
                    node_ips: pulumi.output({ ...args.nodeIps }),
                    allow_removal: args.allowRemoval,
                    renewal: args.renewal,
                    after: once(args.after, "done"),
                },
                facts: accessFacts,
                deadlineSeconds: args.deadlineSeconds,
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
