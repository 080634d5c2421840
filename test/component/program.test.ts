import assert from "node:assert/strict";
import { createRequire } from "node:module";

import * as pulumi from "@pulumi/pulumi";

import { healthyFacts } from "../unit/laptop/facts";
import { recordResources, type Recorded } from "./recorder";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJk4VnX0bB1sZ8c8g0yqv6l3gq1x3pGq8yZ0m9o5b1cd";
const sudoPassword = "canary-sudo-password";
const serverToken = "canary-server-token";

const config = {
    "onprem-blog:domain": "example.org",
    "onprem-blog:laptops": JSON.stringify([
        { name: "laptop-a", role: "server", address: "192.0.2.11", hostKey },
        { name: "laptop-b", role: "agent", address: "192.0.2.12", hostKey },
    ]),
    "onprem-blog:ssh": JSON.stringify({ user: "operator", agent: true, sudoPassword }),
    "onprem-blog:k3s": JSON.stringify({ version: "v1.36.4+k3s1", token: serverToken }),
};

/** What each Command would have printed on its host. */
function printedBy(name: string): Record<string, unknown> {
    if (name.startsWith("preflight-")) {
        const letter = name.at(-1) ?? "";
        return {
            ...healthyFacts({
                hostname: `laptop-${letter}`,
                machineIdDigest: letter.repeat(64),
                addresses: [{ interface: "eth0", address: letter === "a" ? "192.0.2.11" : "192.0.2.12" }],
            }),
        };
    }
    if (name.startsWith("k3s-")) {
        return { changes: [], version: "v1.36.4+k3s1", startedAt: "today", restarted: false };
    }
    if (name === "join-laptop-a") {
        return { changes: [], joinToken: "K10abc::node:agent" };
    }
    return name === "cluster-access"
        ? { changes: [], token: "canary-api-token", certificateAuthority: "Q0E=" }
        : { changes: [] };
}

function respond({ type, name }: Recorded): Record<string, unknown> {
    if (type === "command:remote:Command") {
        return { stdout: `noise of a profile\n${JSON.stringify(printedBy(name))}\n`, stderr: "" };
    }
    return type === "random:index/randomPassword:RandomPassword" ? { result: "generated-password" } : {};
}

describe("the whole program, with mocks for the engine", () => {
    let recorded: readonly Recorded[];
    let outputs: Record<string, pulumi.Output<unknown>>;

    before(async () => {
        process.env.SSH_AUTH_SOCK ??= "/nonexistent/agent";
        pulumi.runtime.setAllConfig(config, ["onprem-blog:ssh", "onprem-blog:k3s"]);
        recorded = await recordResources("test", respond);
        await pulumi.runtime.runInPulumiStack(() => {
            // Loaded here and not above: the mocks must be there first.
            outputs = createRequire(__filename)("../../index") as typeof outputs;
            return Promise.resolve(outputs);
        });
        await pulumi.runtime.disconnect();
    });

    const ofType = (type: string) => recorded.filter((resource) => resource.type === type);
    const command = (name: string) =>
        ofType("command:remote:Command").find((resource) => resource.name === name) ?? assert.fail(`no ${name}`);
    const stdin = (name: string) => String(command(name).inputs.stdin);

    it("registers exactly these resources", () => {
        const names = recorded
            .filter(({ type }) => !type.startsWith("onprem-blog:") && type !== "pulumi:pulumi:Stack")
            .map(({ type, name }) => `${type} ${name}`)
            .sort();
        assert.deepEqual(names, [
            "command:remote:Command cluster-access",
            "command:remote:Command drain-laptop-a",
            "command:remote:Command drain-laptop-b",
            "command:remote:Command join-laptop-a",
            "command:remote:Command k3s-laptop-a",
            "command:remote:Command k3s-laptop-b",
            "command:remote:Command node-laptop-a",
            "command:remote:Command node-laptop-b",
            "command:remote:Command preflight-laptop-a",
            "command:remote:Command preflight-laptop-b",
            "command:remote:Command prepare-laptop-a",
            "command:remote:Command prepare-laptop-b",
            "command:remote:Command removal-guard",
            "command:remote:Command stage-laptop-a",
            "command:remote:Command stage-laptop-b",
            "kubernetes:apps/v1:Deployment hello",
            "kubernetes:core/v1:ConfigMap hello",
            "kubernetes:core/v1:Namespace hello",
            "kubernetes:core/v1:Service hello",
            "kubernetes:networking.k8s.io/v1:Ingress hello",
            "pulumi:providers:kubernetes cluster",
            "random:index/randomPassword:RandomPassword k3s-agent-token",
            "random:index/randomPassword:RandomPassword k3s-token",
        ]);
    });

    it("does things in order: every preflight before any change, the server before the agent, the nodes before the page", () => {
        const order = recorded.map(({ type, name }) => `${type.split(":").at(-1) ?? ""} ${name}`);
        const at = (resource: string) => {
            const index = order.indexOf(resource);
            assert.notEqual(index, -1, `${resource} was not registered`);
            return index;
        };
        assert.ok(at("Command preflight-laptop-b") < at("Command prepare-laptop-a"));
        assert.ok(at("Command prepare-laptop-b") < at("Command stage-laptop-a"));
        const chain = [
            ...["Command stage-laptop-b", "Command drain-laptop-a", "Command k3s-laptop-a", "Command node-laptop-a"],
            ...["Command drain-laptop-b", "Command k3s-laptop-b", "Command node-laptop-b", "Command cluster-access"],
        ];
        assert.deepEqual(
            [...chain].sort((a, b) => at(a) - at(b)),
            chain,
        );
        assert.ok(at("Command cluster-access") < at("Deployment hello"));
        // Made last, it's the first that a destroy removes.
        assert.equal(order.at(-1), "Command removal-guard");
    });

    it("sends every step to a pinned host, on stdin alone, as a secret", () => {
        for (const { name, inputs, secretInputs } of ofType("command:remote:Command")) {
            assert.equal((inputs.connection as { hostKey: string }).hostKey, hostKey, name);
            assert.equal(inputs.create, "/bin/bash -s", name);
            assert.equal(inputs.update, "/bin/bash -s", name);
            assert.equal(inputs.triggers, undefined, name);
            assert.equal(inputs.environment, undefined, name);
            assert.equal(inputs.addPreviousOutputInEnv, false, name);
            assert.equal(inputs.logging, "stderr", name);
            assert.ok(secretInputs.includes("stdin"), name);
        }
    });

    it("undoes on delete what it did on the laptops and in the cluster, k3s only with permission", () => {
        const deletes = ofType("command:remote:Command").filter(({ inputs }) => inputs.delete !== undefined);
        assert.deepEqual(deletes.map(({ name, inputs }) => [name, inputs.delete]).sort(), [
            ["k3s-laptop-a", "/bin/bash -s -- remove"],
            ["k3s-laptop-b", "/bin/bash -s -- remove"],
            ["node-laptop-b", "/bin/bash -s -- remove"],
            ["prepare-laptop-a", "/bin/bash -s -- remove"],
            ["prepare-laptop-b", "/bin/bash -s -- remove"],
            ["removal-guard", "/bin/bash -s -- remove"],
        ]);
        assert.match(stdin("k3s-laptop-a"), /^allow_removal='false'$/m);
    });

    it("gives the agent its own token and never the server's", () => {
        assert.match(stdin("k3s-laptop-a"), new RegExp(serverToken));
        assert.doesNotMatch(stdin("k3s-laptop-b"), new RegExp(serverToken));
        assert.match(stdin("k3s-laptop-b"), /K10abc::node:agent/);
    });

    it("runs the page on the agent", () => {
        const deployment = ofType("kubernetes:apps/v1:Deployment")[0]?.inputs as {
            spec: { template: { spec: { nodeSelector: unknown } } };
        };
        assert.deepEqual(deployment.spec.template.spec.nodeSelector, { "kubernetes.io/hostname": "laptop-b" });
    });

    it("keeps the provider's cluster the same when its kubeconfig changes, and its kubeconfig secret", () => {
        const provider = ofType("pulumi:providers:kubernetes")[0];
        assert.equal(provider?.inputs.clusterIdentifier, "onprem-blog-test");
        assert.ok(provider.secretInputs.includes("kubeconfig"));
    });

    it("knows kubeconfig and join token in a preview of a changed cluster: their steps are given nothing that changes", () => {
        const variables = (name: string) => {
            const inputs = stdin(name).split("set -euo pipefail")[1]?.split("# Functions that every")[0] ?? "";
            return [...inputs.matchAll(/^(?:declare -[aA] )?([a-z_]+)=/gm)].map(([, variable]) => variable);
        };
        const about = ["host", "title", "deadline_seconds"];
        assert.deepEqual(variables("cluster-access"), [...about, "renewal", "after"]);
        assert.deepEqual(variables("join-laptop-a"), [...about, "agent_token", "machine_id_digest", "after"]);
    });

    it("takes over what is in the cluster already", () => {
        const provider = ofType("pulumi:providers:kubernetes")[0];
        assert.equal(provider?.inputs.upsertExistingObjects, "true");
        assert.equal(provider.inputs.enablePatchForce, "true");
    });

    it("exports a secret kubeconfig and plain addresses", async () => {
        const kubeconfig = pulumi.output(outputs.kubeconfig);
        assert.equal(await pulumi.isSecret(kubeconfig), true);
        assert.equal(await pulumi.isSecret(pulumi.output(outputs.helloUrl)), false);
        assert.equal(await pulumi.isSecret(pulumi.output(outputs.startedAt)), false);
    });

    it("puts no secret into an input that isn't one", () => {
        const canaries = /canary-|generated-password|K10abc/;
        for (const { type, name, inputs, secretInputs } of recorded) {
            for (const [key, value] of Object.entries(inputs)) {
                if (!secretInputs.includes(key)) {
                    assert.doesNotMatch(JSON.stringify(value), canaries, `${type} ${name}: ${key}`);
                }
            }
        }
    });
});
