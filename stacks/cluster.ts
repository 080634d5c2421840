import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import {
    agentConfigFile,
    agentToken,
    ClusterAccess,
    K3sNode,
    K3sStaging,
    RemovalGuard,
    registrationFile,
    registriesFile,
    serverConfigFile,
    serverToken,
    type K3sRelease,
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
    /** What everything in the cluster goes with: for `deletedWith`. */
    public readonly controlPlane: pulumi.Resource;

    constructor(name: string, settings: Settings, opts?: pulumi.ComponentResourceOptions) {
        super("onprem-blog:index:Cluster", name, {}, opts);

        const { k3s, ssh } = settings;
        const credentials: Credentials = ssh;
        // What is lost is asked nothing and given nothing; what was done there stays in the state until it leaves the settings.
        const present = settings.laptops.filter(({ lost }) => !lost);

        const preflight = new Preflight(
            "preflight",
            {
                laptops: present.map((laptop) => ({ ...wantedHost(laptop), host: host(laptop) })),
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

        const preparations = settings.laptops.map((laptop) =>
            prepareLaptop(
                `prepare-${laptop.name}`,
                {
                    host: host(laptop),
                    credentials,
                    verdict: preflight.verdict,
                    settings: settings.prepare,
                    nodeIps: present.map(({ nodeIp }) => nodeIp),
                    clusterNetworks,
                },
                { parent: this },
            ),
        );
        const prepared = preparations.map(({ facts }) => facts);

        const [first, ...others] = settings.laptops;
        if (first?.role !== "server") {
            throw new pulumi.RunError("laptops: the first laptop of the settings must be a server");
        }
        if (others.some(({ role }) => role === "server")) {
            throw new pulumi.RunError(
                "laptops: more than one server is not built yet; wanted: one server, and agents; make the others agents",
            );
        }
        const token = serverToken(
            "k3s-token",
            { given: k3s.token, dataMayGo: k3s.allowRemoval && k3s.removeData },
            { parent: this },
        );
        const joinToken = agentToken(
            "k3s-agent-token",
            { given: k3s.agentToken, renewal: k3s.agentTokenRenewal },
            { parent: this },
        );
        const release: K3sRelease = { version: k3s.version, binary: k3s.binary, airgapImages: k3s.airgapImages };
        const stagings = new Map(
            present.map((laptop) => [
                laptop,
                new K3sStaging(
                    `stage-${laptop.name}`,
                    {
                        host: host(laptop),
                        credentials,
                        release,
                        after: pulumi.all(prepared),
                        deadlineSeconds: k3s.timeoutSeconds,
                    },
                    { parent: this },
                ),
            ]),
        );
        const staged = [...stagings.values()].map(({ done }) => done);
        const registries = pulumi.secret(pulumi.output(k3s.registries).apply(registriesFile));
        const common = (laptop: Laptop) => ({
            host: host(laptop),
            nodeIp: laptop.nodeIp,
            server: host(first),
            credentials,
            release,
            nodeFile: registrationFile(laptop),
            registriesFile: registries,
            labels: laptop.labels,
            taints: laptop.taints,
            basis: [preparations[settings.laptops.indexOf(laptop)], stagings.get(laptop)].filter(
                (resource) => resource !== undefined,
            ),
            machineIdDigest: preflight.machineIdDigests[laptop.name] ?? pulumi.output(""),
            podNetworks: [clusterNetworks[0]],
            allowRemoval: k3s.allowRemoval,
            removeData: k3s.removeData,
            certificateRenewal: k3s.certificateRenewal,
            drainTimeoutSeconds: k3s.drainTimeoutSeconds,
            deadlineSeconds: k3s.timeoutSeconds,
        });

        const server = new K3sNode(
            `k3s-${first.name}`,
            {
                ...common(first),
                role: "server",
                token,
                agentToken: joinToken,
                configFile: pulumi.all([token, joinToken]).apply(([tokenOfServers, tokenOfAgents]) =>
                    serverConfigFile(
                        {
                            ...nodeConfig(first),
                            token: tokenOfServers,
                            agentToken: tokenOfAgents,
                            tlsSans: [
                                first.address,
                                ...k3s.tlsSans,
                                ...(k3s.apiAddress === undefined ? [] : [k3s.apiAddress]),
                            ],
                        },
                        { ...k3s.config, ...k3s.serverConfig },
                    ),
                ),
                after: pulumi.all(staged),
            },
            { parent: this },
        );
        this.controlPlane = server;

        // One after another: each waits for the node before it to be Ready, so that a fault stops at the first.
        const nodes = [{ laptop: first, node: server }];
        for (const laptop of others) {
            const node = new K3sNode(
                `k3s-${laptop.name}`,
                {
                    ...common(laptop),
                    role: "agent",
                    token: "",
                    configFile: server.joinToken.apply((tokenOfAgents) =>
                        agentConfigFile(
                            {
                                ...nodeConfig(laptop),
                                server: `https://${first.nodeIp}:6443`,
                                token: tokenOfAgents,
                            },
                            { ...k3s.config, ...k3s.agentConfig },
                        ),
                    ),
                    after: pulumi.all(nodes.map(({ node: { facts } }) => facts)),
                    controlPlane: server,
                },
                { parent: this },
            );
            nodes.push({ laptop, node });
        }
        const presentNodes = nodes.filter(({ laptop }) => !laptop.lost);

        const access = new ClusterAccess(
            "cluster-access",
            {
                host: host(first),
                credentials,
                server: `https://${k3s.apiAddress ?? first.address}:6443`,
                renewal: k3s.kubeconfigRenewal,
                after: pulumi.all(presentNodes.map(({ node }) => node.facts)),
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
                // A cluster that was removed and made anew on kept data has these objects already, and so has one for which
                // an up was killed between making them and noting it.
                upsertExistingObjects: true,
                // Every creation is another field manager to the API, so what was there before would be a conflict.
                enablePatchForce: true,
            },
            { parent: this },
        );
        this.startedAt = pulumi
            .all(
                presentNodes.map(({ laptop, node: { facts } }) =>
                    pulumi.unsecret(facts).apply(({ startedAt }) => [laptop.name, startedAt] as const),
                ),
            )
            .apply((entries) => Object.fromEntries(entries));
        this.registerOutputs({ kubeconfig: this.kubeconfig, startedAt: this.startedAt });
    }
}

/** Lets nothing of the contents be destroyed before the permission to do so was looked at. */
export function guardRemoval(name: string, settings: Settings, contents: readonly pulumi.Resource[]): void {
    const [first] = settings.laptops;
    if (first === undefined) {
        return;
    }
    const present = settings.laptops.filter(({ lost }) => !lost);
    new RemovalGuard(name, {
        host: host(first),
        credentials: settings.ssh,
        nodeIps: Object.fromEntries(present.map(({ name: node, nodeIp }) => [node, nodeIp])),
        allowRemoval: settings.k3s.allowRemoval,
        contents,
    });
}

function host({ name, address, port, user, hostKey, lost, sudoPassword }: Laptop): Host {
    return { name, address, port, user, hostKey, lost, ...(sudoPassword === undefined ? {} : { sudoPassword }) };
}

function wantedHost({ name, role, nodeIp, interface: device }: Laptop) {
    return { name, role, nodeIp, interface: device };
}

function nodeConfig({ name, nodeIp, interface: device }: Laptop): NodeConfig {
    return { name, nodeIp, interface: device };
}

function allowsCgroupV1(config: Readonly<Record<string, unknown>>): boolean {
    const kubeletArguments = config["kubelet-arg"];
    return Array.isArray(kubeletArguments) && kubeletArguments.includes("fail-cgroupv1=false");
}
