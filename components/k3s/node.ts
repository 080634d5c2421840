import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { once, readScript, RemoteStep, stepFacts, type Credentials, type Host } from "../remote";
import { sums, type K3sRelease } from "./staging";
import { kubeletShutdownConfig, unitFile, unitName } from "./unit-file";

/** Arguments of a {@link K3sNode}. */
export interface K3sNodeArgs {
    readonly host: Host;
    readonly nodeIp: string;
    /** The server on which the node is drained, labelled and removed; the host itself where that is the server. */
    readonly server: Host;
    readonly credentials: Credentials;
    readonly role: "server" | "agent";
    readonly release: K3sRelease;
    /** Text of config.yaml; secret, since the token is in it. */
    readonly configFile: pulumi.Output<string>;
    /** Text of the drop-in with the labels and taints of the registration. */
    readonly nodeFile: string;
    /** Text of registries.yaml, secret; empty for none. */
    readonly registriesFile: pulumi.Output<string>;
    /** A server's token: kept data opens with no other. Empty for an agent. */
    readonly token: pulumi.Input<string>;
    /** Of a server: the token by which agents join. */
    readonly agentToken?: pulumi.Input<string>;
    readonly labels: Readonly<Record<string, string>>;
    readonly taints: readonly string[];
    /** Digest of the laptop's machine-id, by which a new machine under an old name is known. */
    readonly machineIdDigest: pulumi.Output<string>;
    /** What must be done before this laptop's k3s is touched: the staging of all laptops, and the node before it. */
    readonly after: pulumi.Output<unknown>;
    /**
     * What was done on this laptop before: it's undone only when k3s is gone. What must be done on the others is no such
     * thing, and a laptop that leaves the settings is no longer among what they wait for.
     */
    readonly basis: readonly pulumi.Resource[];
    /** Of an agent: when that goes too, there is no cluster left to take the node out of. */
    readonly controlPlane?: pulumi.Resource;
    /** CIDRs of the pods, whose routes and rules a removal takes away. */
    readonly podNetworks: readonly string[];
    readonly allowRemoval: boolean;
    readonly removeData: boolean;
    /** A raised number renews the certificates. */
    readonly certificateRenewal: number;
    /** Seconds that moving the pods away may take. */
    readonly drainTimeoutSeconds: number;
    /** Seconds within which k3s must be ready. */
    readonly deadlineSeconds: number;
}

const nodeFacts = stepFacts.extend({
    version: z.string(),
    /** When systemd last saw the unit become active, as systemd prints it. */
    startedAt: z.string(),
    restarted: z.boolean(),
});
const joinFacts = stepFacts.extend({ joinToken: z.string() });

/** Facts of a running k3s. */
export type NodeFacts = z.infer<typeof nodeFacts>;

const scripts = path.join(__dirname, "scripts");
const script = (...names: readonly string[]) => names.map((name) => readScript(scripts, `${name}.sh`)).join("");

/** Beyond what draining itself may take: asking the API, saying what is in the way. */
const drainMarginSeconds = 90;
const joinDeadlineSeconds = 60;

/**
 * k3s on one laptop, and the node that it is: emptied before an upgrade, restarted only for a change, and open for pods
 * again once it is Ready. Deleted, it leaves the cluster first and the laptop then.
 */
export class K3sNode extends pulumi.ComponentResource {
    /** Facts of k3s on the laptop; known when the node is Ready. */
    public readonly facts: pulumi.Output<NodeFacts>;
    /** A server's token for agents, with the sum of its CA: `K10<sha256>::node:<password>`. Secret; empty for an agent. */
    public readonly joinToken: pulumi.Output<string>;

    constructor(name: string, args: K3sNodeArgs, opts?: pulumi.ComponentResourceOptions) {
        super("onprem-blog:k3s:Node", name, {}, opts);

        const { host, server, release, credentials, drainTimeoutSeconds } = args;
        const node = host.name;
        const lost = host.lost === true;

        // A lost machine has nothing to be moved away from in order.
        const drained = lost
            ? args.after
            : new RemoteStep(
                  `drain-${node}`,
                  {
                      host: server,
                      credentials,
                      title: `drain ${node}`,
                      script: script("cluster", "drain"),
                      inputs: {
                          node,
                          server_node: server.name,
                          version: release.version,
                          machine_id_digest: args.machineIdDigest,
                          drain_timeout_seconds: drainTimeoutSeconds,
                          after: once(args.after, "done"),
                      },
                      facts: stepFacts,
                      deadlineSeconds: drainTimeoutSeconds + drainMarginSeconds,
                  },
                  { parent: this },
              ).facts;

        const k3s = new RemoteStep(
            name,
            {
                host,
                credentials,
                title: "install k3s",
                script: script("files", "install"),
                removeScript: script("remove"),
                inputs: {
                    role: args.role,
                    unit: unitName(args.role),
                    version: release.version,
                    ...sums(release),
                    images_source: release.airgapImages.source,
                    node_name: node,
                    config_file: args.configFile,
                    node_file: args.nodeFile,
                    registries_file: args.registriesFile,
                    token: args.token,
                    unit_file: unitFile(args.role),
                    kubelet_config: kubeletShutdownConfig,
                    certificate_renewal: args.certificateRenewal,
                    allow_removal: args.allowRemoval,
                    remove_data: args.removeData,
                    pod_networks: pulumi.output([...args.podNetworks]),
                    // The value says nothing; that it's known says that what must come before is done.
                    after: once(drained, "done"),
                },
                dependsOn: args.basis,
                facts: nodeFacts,
                deadlineSeconds: args.deadlineSeconds,
            },
            { parent: this },
        );

        const joined = new RemoteStep(
            `node-${node}`,
            {
                host: server,
                credentials,
                title: `node ${node}`,
                script: script("cluster", "node"),
                // A server goes with its cluster: there is nothing left then to take it out of.
                ...(args.role === "agent" ? { removeScript: script("cluster", "remove-node") } : {}),
                inputs: {
                    node,
                    version: release.version,
                    labels: pulumi.output({ ...args.labels }),
                    taints: pulumi.output([...args.taints]),
                    lost,
                    node_ip: args.nodeIp,
                    allow_removal: args.allowRemoval,
                    drain_timeout_seconds: drainTimeoutSeconds,
                    after: once(k3s.facts, "done"),
                },
                facts: stepFacts,
                deadlineSeconds: Math.max(args.deadlineSeconds, drainTimeoutSeconds + drainMarginSeconds),
            },
            { parent: this, ...(args.controlPlane === undefined ? {} : { deletedWith: args.controlPlane }) },
        );
        this.joinToken =
            args.agentToken === undefined ? pulumi.output("") : this.askForJoinToken(args, args.agentToken, k3s.facts);
        this.facts = pulumi.all([k3s.facts, joined.facts]).apply(([facts]) => facts);
        this.registerOutputs({});
    }

    /**
     * A step of its own, given nothing but what makes another token: an updated Command's output is unknown in a preview,
     * and every agent would be shown as changed with its server.
     */
    private askForJoinToken(args: K3sNodeArgs, agentToken: pulumi.Input<string>, after: pulumi.Output<unknown>) {
        const { host, credentials } = args;
        return new RemoteStep(
            `join-${host.name}`,
            {
                host,
                credentials,
                title: "read the agents' token",
                script: script("files", "join"),
                inputs: {
                    agent_token: agentToken,
                    machine_id_digest: args.machineIdDigest,
                    after: once(after, "done"),
                },
                facts: joinFacts,
                deadlineSeconds: joinDeadlineSeconds,
            },
            { parent: this },
        ).facts.apply(({ joinToken }) => joinToken);
    }
}
