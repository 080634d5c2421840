import assert from "node:assert/strict";
import { plan } from "../../../lab/setup/plan";
import {
    allNotHad,
    formatStatus,
    isUp,
    parseNodes,
    type LabStatus,
    type LaptopStatus,
    type PageStatus,
} from "../../../lab/status";

const MIB = 2 ** 20;
const node = { ready: true, version: "v1.36.3+k3s1", operatingSystem: "Debian GNU/Linux 12 (bookworm)" };
const laptop = (name: string, role: string, change: Partial<LaptopStatus> = {}): LaptopStatus => ({
    ...{ name, role, address: "10.77.0.11", state: "running", memoryBytes: 600 * MIB, node },
    ...change,
});
const page: PageStatus = {
    url: "http://hello.lab.test/",
    address: "10.77.0.11",
    ok: true,
    milliseconds: 12,
    servedBy: "laptop-b",
};
const status: LabStatus = {
    lab: "lab",
    up: true,
    laptops: [laptop("laptop-a", "server"), laptop("laptop-b", "agent")],
    memoryBytes: 1200 * MIB,
    page,
    parts: [],
    notHad: ["k3s: not reached; a stand-in"],
};

describe("lab: status", () => {
    it("shows nodes, memory, the page and what was not to be had", () => {
        assert.equal(
            formatStatus(status),
            `lab lab: up
  laptop-a  server  10.77.0.11  Ready  v1.36.3+k3s1  Debian GNU/Linux 12 (bookworm)  600 MiB
  laptop-b  agent   10.77.0.11  Ready  v1.36.3+k3s1  Debian GNU/Linux 12 (bookworm)  600 MiB
  memory used by the laptops: 1200 MiB
  page http://hello.lab.test/ at 10.77.0.11: answered in 12 ms, served by a pod on laptop-b
    see it: curl --resolve hello.lab.test:80:10.77.0.11 http://hello.lab.test/
  not to be had on this machine:
  - k3s: not reached; a stand-in`,
        );
    });

    it("shows laptops without k3s, switched off, or never made", () => {
        const bare = { name: "laptop-a", role: "server", address: "10.77.0.11" };
        const text = formatStatus({
            ...{ lab: "test", up: false, memoryBytes: 0, parts: [], notHad: [] },
            laptops: [
                { ...bare, state: "running" },
                { ...bare, state: "exited", node: { ...node, ready: false } },
                { ...bare, state: "absent" },
            ],
        });
        assert.match(text, /^lab test: not up\n/);
        assert.match(text, /running, no node {2}- {2}/);
        assert.match(text, / exited {3,}v1\.36/);
        assert.match(text, /absent, no node/);
    });

    it("says what was wrong with the page", () => {
        const text = formatStatus({ ...status, page: { ...page, ok: false, fault: "answered with status 404" } });
        assert.match(text, /page http:\/\/hello\.lab\.test\/ at 10\.77\.0\.11: answered with status 404/);
    });

    it("is up only when every laptop runs, is Ready, and the page comes", () => {
        const both = [laptop("a", "server"), laptop("b", "agent")];
        assert.equal(isUp(both, page), true);
        assert.equal(isUp(both, undefined), true);
        assert.equal(isUp([], page), false);
        assert.equal(isUp(both, { ...page, ok: false }), false);
        assert.equal(isUp([laptop("a", "server"), laptop("b", "agent", { state: "exited" })], page), false);
        assert.equal(isUp([laptop("a", "server", { node: { ...node, ready: false } })], page), false);
    });

    it("reads kubectl's nodes", () => {
        const item = (name: string, ready: string) => ({
            metadata: { name },
            status: {
                conditions: [{ type: "Ready", status: ready }],
                nodeInfo: { kubeletVersion: "v1.36.3+k3s1", osImage: "Debian GNU/Linux 12 (bookworm)" },
            },
        });
        const nodes = parseNodes(JSON.stringify({ items: [item("laptop-a", "True"), item("laptop-b", "Unknown")] }));
        assert.deepEqual(nodes.get("laptop-a"), node);
        assert.equal(nodes.get("laptop-b")?.ready, false);
    });

    it("lists the stand-in's gaps only where it stands in", () => {
        const yes = { ok: true } as const;
        const no = { ok: false, why: "x" } as const;
        const official = plan({ k3sRelease: yes, registry: yes, pulumi: no });
        const standIn = plan({ k3sRelease: no, registry: yes, pulumi: yes });
        assert.equal(allNotHad(official, ["metrics-server: no image"]).length, 1);
        assert.deepEqual(allNotHad(standIn, ["metrics-server: no image"]).slice(-1), [
            "k3s stand-in: metrics-server: no image",
        ]);
    });
});
