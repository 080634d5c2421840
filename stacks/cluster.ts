import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import {
    agentConfigFile,
    ClusterAccess,
    joinToken,
    K3sNode,
    serverConfigFile,
    type NodeConfig,
} from "../components/k3s";
import { Preflight, prepareLaptop, pushedFiles } from "../components/laptop";
import type { Credentials, Host } from "../components/remote";
import type { Laptop, Settings } from "./settings";

/** Pods and services of a k3s cluster whose networks nobody changed. */
const clusterNetworks = ["10.42.0.0/16", "10.43.0.0/16"] as const;

/** The laptops as one Kubernetes cluster. */
export class Cluster extends pulumi.ComponentResource {
    /** Secret. */
    public readonly kubeconfig: pulumi.Output<string>;
    /** The only way in for whatever is deployed; never the operator's own current context. */
    public readonly provider: kubernetes.Provider;
    /** When k3s was last started, by laptop: an `up` that changes nothing leaves these as they are. */
    public readonly startedAt: pulumi.Output<Record<string, string>>;

    constructor(name: string, settings: Settings, opts?: pulumi.ComponentResourceOptions) {
        super("onprem-blog:index:Cluster", name, {}, opts);

        const { k3s, ssh } = settings;
        const credentials: Credentials = ssh;
        const nodeIps = settings.laptops.map((laptop) => laptop.nodeIp);

        const preflight = new Preflight(
            "preflight",
            {
                laptops: settings.laptops.map((laptop) => ({ ...wantedHost(laptop), host: host(laptop) })),
                credentials,
                requirements: {
                    ...settings.preflight,
                    k3sVersion: k3s.version,
                    pushed: pushedFiles(k3s.binary, k3s.airgapImages),
                    cgroupV1Allowed: allowsCgroupV1(k3s.config),
                },
            },
            { parent: this },
        );

        const prepared = settings.laptops.map(
            (laptop) =>
                prepareLaptop(
                    `prepare-${laptop.name}`,
                    {
                        host: host(laptop),
                        credentials,
                        verdict: preflight.verdict,
                        settings: settings.prepare,
                        nodeIps,
                        clusterNetworks,
                    },
                    { parent: this },
                ).facts,
        );

        const [first, ...others] = settings.laptops;
        if (first?.role !== "server") {
            throw new pulumi.RunError("laptops: the first laptop of the settings must be a server");
        }
        if (others.some(({ role }) => role === "server")) {
            throw new pulumi.RunError(
                "laptops: more than one server is not built yet; wanted: one server, and agents; make the others agents",
            );
        }
        const token = joinToken("k3s-token", k3s.token, { parent: this });
        const agentToken = joinToken("k3s-agent-token", k3s.agentToken, { parent: this });
        const common = {
            credentials,
            version: k3s.version,
            binary: k3s.binary,
            airgapImages: k3s.airgapImages,
            allowRemoval: k3s.allowRemoval,
            removeData: k3s.removeData,
            deadlineSeconds: k3s.timeoutSeconds,
            stageAfter: pulumi.all(prepared),
        };

        const server = new K3sNode(
            `k3s-${first.name}`,
            {
                ...common,
                role: "server",
                host: host(first),
                configFile: pulumi.all([token, agentToken]).apply(([serverToken, joinTokenOfAgents]) =>
                    serverConfigFile(
                        {
                            ...nodeConfig(first),
                            token: serverToken,
                            agentToken: joinTokenOfAgents,
                            tlsSans: [
                                first.address,
                                ...k3s.tlsSans,
                                ...(k3s.apiAddress === undefined ? [] : [k3s.apiAddress]),
                            ],
                        },
                        { ...k3s.config, ...k3s.serverConfig },
                    ),
                ),
                after: pulumi.all(prepared),
            },
            { parent: this },
        );

        // One after another: each waits for the facts of the one before it, so that a fault stops at the first.
        const nodes = [{ name: first.name, node: server }];
        let previous = server;
        for (const laptop of others) {
            const node = new K3sNode(
                `k3s-${laptop.name}`,
                {
                    ...common,
                    role: "agent",
                    host: host(laptop),
                    configFile: server.facts.apply((facts) =>
                        agentConfigFile(
                            {
                                ...nodeConfig(laptop),
                                server: `https://${first.nodeIp}:6443`,
                                token: facts.agentToken ?? "",
                            },
                            { ...k3s.config, ...k3s.agentConfig },
                        ),
                    ),
                    after: previous.facts,
                },
                { parent: this },
            );
            nodes.push({ name: laptop.name, node });
            previous = node;
        }

        const access = new ClusterAccess(
            "cluster-access",
            {
                host: host(first),
                credentials,
                server: `https://${k3s.apiAddress ?? first.address}:6443`,
                nodes: settings.laptops.map((laptop) => laptop.name),
                renewal: k3s.kubeconfigRenewal,
                after: pulumi.all(nodes.map(({ node }) => node.facts)),
                deadlineSeconds: k3s.timeoutSeconds,
            },
            { parent: this },
        );
        this.kubeconfig = access.kubeconfig;
        this.provider = new kubernetes.Provider(
            "cluster",
            {
                kubeconfig: this.kubeconfig,
                // Without it a renewed token would plan the replacement of everything in the cluster.
                clusterIdentifier: `${pulumi.getProject()}-${pulumi.getStack()}`,
                // A changed ConfigMap or Secret is changed in place, not deleted under the pods that use it.
                enableConfigMapMutable: true,
                enableSecretMutable: true,
            },
            { parent: this },
        );
        this.startedAt = pulumi
            .all(
                nodes.map(({ name: node, node: { facts } }) =>
                    pulumi.unsecret(facts).apply(({ startedAt }) => [node, startedAt] as const),
                ),
            )
            .apply((entries) => Object.fromEntries(entries));
        this.registerOutputs({ kubeconfig: this.kubeconfig, startedAt: this.startedAt });
    }
}

function host({ name, address, port, user, hostKey, sudoPassword }: Laptop): Host {
    return { name, address, port, user, hostKey, ...(sudoPassword === undefined ? {} : { sudoPassword }) };
}

function wantedHost({ name, role, nodeIp, interface: device }: Laptop) {
    return { name, role, nodeIp, interface: device };
}

function nodeConfig({ name, nodeIp, interface: device, labels, taints }: Laptop): NodeConfig {
    return { name, nodeIp, interface: device, labels, taints };
}

function allowsCgroupV1(config: Readonly<Record<string, unknown>>): boolean {
    const kubeletArguments = config["kubelet-arg"];
    return Array.isArray(kubeletArguments) && kubeletArguments.includes("fail-cgroupv1=false");
}
