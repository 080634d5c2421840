import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { readScript, RemoteStep, stepFacts, type Credentials, type Host } from "../remote";

/** Arguments of {@link RemovalGuard}. */
export interface RemovalGuardArgs {
    /** The first server. */
    readonly host: Host;
    readonly credentials: Credentials;
    /** Node IPs by node: all that are to be cleaned must be there. */
    readonly nodeIps: Readonly<Record<string, string>>;
    readonly allowRemoval: boolean;
    /** All that a destroy removes. */
    readonly contents: readonly pulumi.Resource[];
}

const scripts = path.join(__dirname, "scripts");
const deadlineSeconds = 60;

/**
 * Asked first when everything is to be removed. It depends on all of it, so that nothing has left the laptops, the
 * cluster or the state when it says no.
 */
export class RemovalGuard extends pulumi.ComponentResource {
    constructor(name: string, args: RemovalGuardArgs, opts?: pulumi.ComponentResourceOptions) {
        super("onprem-blog:k3s:RemovalGuard", name, {}, opts);
        new RemoteStep(
            name,
            {
                host: args.host,
                credentials: args.credentials,
                title: "remove the cluster",
                script: ":",
                removeScript: readScript(scripts, "cluster.sh") + readScript(scripts, "before-destroy.sh"),
                inputs: { node_ips: pulumi.output({ ...args.nodeIps }), allow_removal: args.allowRemoval },
                dependsOn: args.contents,
                facts: stepFacts,
                deadlineSeconds,
            },
            { parent: this },
        );
        this.registerOutputs({});
    }
}
