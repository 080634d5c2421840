import assert from "node:assert/strict";

import { parse } from "yaml";

import { downloadUrls } from "../../../components/k3s/artifact";
import { agentConfigFile, registrationFile, serverConfigFile } from "../../../components/k3s/config-file";
import { registriesFile } from "../../../components/k3s/registries-file";
import { renderKubeconfig } from "../../../components/k3s/kubeconfig";
import { unitFile, unitName } from "../../../components/k3s/unit-file";

const node = { name: "laptop-a", nodeIp: "192.0.2.11" };

describe("config.yaml", () => {
    it("of a server", () => {
        const text = serverConfigFile(
            {
                ...node,
                interface: "enp1s0",
                token: "server-secret",
                agentToken: "agent-secret",
                tlsSans: ["k3s.example.org", "192.0.2.11"],
            },
            { "kubelet-arg": ["max-pods=50"] },
        );
        assert.deepEqual(parse(text), {
            "agent-token": "agent-secret",
            "flannel-iface": "enp1s0",
            "kubelet-arg": ["max-pods=50"],
            "node-ip": "192.0.2.11",
            "node-name": "laptop-a",
            "secrets-encryption": true,
            "tls-san": ["192.0.2.11", "k3s.example.org", "laptop-a"],
            token: "server-secret",
            "write-kubeconfig-mode": "0600",
        });
    });

    it("of an agent holds no server secret", () => {
        const text = agentConfigFile(
            { ...node, server: "https://192.0.2.11:6443", token: "K10abc::node:agent-secret" },
            {},
        );
        assert.deepEqual(parse(text), {
            "node-ip": "192.0.2.11",
            "node-name": "laptop-a",
            server: "https://192.0.2.11:6443",
            token: "K10abc::node:agent-secret",
        });
    });

    it("of a node's registration, whatever the order of the settings", () => {
        const taints = ["example.org/only=blog:NoSchedule", "example.org/a:NoExecute"];
        const text = registrationFile({ labels: { "example.org/disk": "ssd", "example.org/a": "b" }, taints });
        assert.deepEqual(parse(text), {
            "node-label": ["example.org/a=b", "example.org/disk=ssd"],
            "node-taint": ["example.org/a:NoExecute", "example.org/only=blog:NoSchedule"],
        });
        assert.equal(
            registrationFile({ labels: { "example.org/a": "b", "example.org/disk": "ssd" }, taints: taints.reverse() }),
            text,
        );
    });

    it("of a node without labels and taints isn't there", () => {
        assert.equal(registrationFile({ labels: {}, taints: [] }), "");
    });

    it("is the same text in whatever order the settings are", () => {
        const render = (extra: Record<string, unknown>) =>
            agentConfigFile({ ...node, server: "https://192.0.2.11:6443", token: "t" }, extra);
        assert.equal(
            render({ "kubelet-arg": ["x"], "kube-proxy-arg": ["y"] }),
            render({ "kube-proxy-arg": ["y"], "kubelet-arg": ["x"] }),
        );
    });
});

describe("systemd unit", () => {
    it("is marked as ours and keeps pods over a restart", () => {
        for (const role of ["server", "agent"] as const) {
            assert.match(unitFile(role), /^# Managed by onprem-blog\n/);
            assert.match(unitFile(role), /^KillMode=process$/m);
            assert.match(unitFile(role), new RegExp(`^ExecStart=/usr/local/bin/k3s ${role}$`, "m"));
        }
        assert.deepEqual([unitName("server"), unitName("agent")], ["k3s", "k3s-agent"]);
    });

    it("has no secret on the command line", () => {
        assert.doesNotMatch(unitFile("agent"), /token|Environment/i);
    });
});

describe("kubeconfig", () => {
    it("names one cluster, one user and one context", () => {
        const config = parse(
            renderKubeconfig({ server: "https://192.0.2.11:6443", certificateAuthority: "Q0E=", token: "t" }),
        ) as Record<string, unknown>;
        assert.deepEqual(config, {
            apiVersion: "v1",
            kind: "Config",
            clusters: [
                {
                    name: "onprem-blog",
                    cluster: { server: "https://192.0.2.11:6443", "certificate-authority-data": "Q0E=" },
                },
            ],
            users: [{ name: "onprem-blog", user: { token: "t" } }],
            contexts: [{ name: "onprem-blog", context: { cluster: "onprem-blog", user: "onprem-blog" } }],
            "current-context": "onprem-blog",
        });
    });
});

describe("download addresses", () => {
    it("are those of the release, with its + escaped", () => {
        assert.deepEqual(downloadUrls("binary", { source: "release", sha256: {} }, "v1.36.5+k3s1"), {
            amd64: "https://github.com/k3s-io/k3s/releases/download/v1.36.5%2Bk3s1/k3s",
            arm64: "https://github.com/k3s-io/k3s/releases/download/v1.36.5%2Bk3s1/k3s-arm64",
        });
    });

    it("follow a mirror's address", () => {
        assert.equal(
            downloadUrls(
                "airgapImages",
                { source: "mirror", url: "http://mirror.example.org/k3s/", sha256: {} },
                "v1.36.5+k3s1",
            ).amd64,
            "http://mirror.example.org/k3s/v1.36.5%2Bk3s1/k3s-airgap-images-amd64.tar.zst",
        );
    });

    it("are empty for what isn't downloaded", () => {
        assert.deepEqual(downloadUrls("binary", { source: "file", path: "k3s", sha256: {} }, "v1.36.5+k3s1"), {
            amd64: "",
            arm64: "",
        });
    });
});

describe("registries.yaml", () => {
    it("of a mirror, of a registry with a login, and of both at once", () => {
        const text = registriesFile({
            "docker.io": { endpoints: ["https://mirror.example.org:8443"], username: "pull", password: "secret" },
            "harbor.example.org": { endpoints: [], username: "node", password: "other" },
            "quay.io": { endpoints: ["http://192.0.2.20:5000", "https://quay.io"] },
        });
        assert.deepEqual(parse(text), {
            mirrors: {
                "docker.io": { endpoint: ["https://mirror.example.org:8443"] },
                "quay.io": { endpoint: ["http://192.0.2.20:5000", "https://quay.io"] },
            },
            configs: {
                "mirror.example.org:8443": { auth: { username: "pull", password: "secret" } },
                "harbor.example.org": { auth: { username: "node", password: "other" } },
            },
        });
    });

    it("isn't there for no registries", () => {
        assert.equal(registriesFile({}), "");
    });
});
