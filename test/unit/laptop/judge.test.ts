import assert from "node:assert/strict";

import { judge, preflightMessage, type HostFacts, type Requirements } from "../../../components/laptop";
import { agent, requirements, server } from "./facts";

interface Case {
    readonly title: string;
    readonly server?: Partial<HostFacts>;
    readonly agent?: Partial<HostFacts>;
    readonly requirements?: Partial<Requirements>;
    readonly faults: readonly string[];
}

const cases: readonly Case[] = [
    { title: "two healthy laptops", faults: [] },
    {
        title: "not Ubuntu",
        agent: { operatingSystem: "debian", operatingSystemVersion: "12" },
        faults: [
            "laptop-b: the operating system is debian 12; wanted: ubuntu; install Ubuntu Server, or allow it in preflight.operatingSystems",
        ],
    },
    {
        title: "Debian where the settings allow it",
        agent: { operatingSystem: "debian", operatingSystemVersion: "12" },
        requirements: { operatingSystems: ["ubuntu", "debian"] },
        faults: [],
    },
    {
        title: "an Ubuntu that is too old",
        server: { operatingSystemVersion: "20.04" },
        faults: ["laptop-a: Ubuntu 20.04 is too old; wanted: 22.04 or newer; upgrade it"],
    },
    {
        title: "a processor without k3s",
        server: { machine: "riscv64" },
        faults: ["laptop-a: the processor is riscv64; k3s is published for x86_64 and aarch64"],
    },
    {
        title: "no systemd",
        agent: { systemd: false },
        faults: ["laptop-b: systemd does not run; k3s is installed as a systemd unit"],
    },
    {
        title: "a hostname that can't name a node",
        server: { hostname: "My_Laptop" },
        faults: [
            'laptop-a: the hostname "My_Laptop" is no valid node name (lower-case letters, digits and "-"); change it: sudo hostnamectl set-hostname <name>',
        ],
    },
    {
        title: "cgroup v1",
        agent: { cgroupVersion: 1 },
        faults: [
            'laptop-b: cgroup v1 is in use, which kubelet refuses; boot with systemd.unified_cgroup_hierarchy=1, or set k3s.config.kubelet-arg to ["fail-cgroupv1=false"]',
        ],
    },
    {
        title: "cgroup v1 with a k3s that still takes it",
        agent: { cgroupVersion: 1 },
        requirements: { k3sVersion: "v1.34.11+k3s1" },
        faults: [],
    },
    {
        title: "cgroup v1 where kubelet is told to take it",
        agent: { cgroupVersion: 1 },
        requirements: { cgroupV1Allowed: true },
        faults: [],
    },
    {
        title: "missing kernel modules",
        server: { missingModules: ["overlay", "br_netfilter"] },
        faults: [
            "laptop-a: the kernel has no overlay; install the kernel's modules: sudo apt-get install linux-modules-extra-6.8.0-60-generic",
        ],
    },
    {
        title: "missing commands",
        server: { missingCommands: ["iptables", "flock"] },
        faults: ["laptop-a: iptables, flock not found; install what provides it with apt-get"],
    },
    {
        title: "little memory",
        agent: { memoryMiB: 900 },
        faults: ["laptop-b: 900 MiB of memory; wanted: 1800 MiB (preflight.minimumMemoryMiB)"],
    },
    {
        title: "little disk",
        agent: { diskFreeMiB: 2048 },
        faults: ["laptop-b: 2.0 GiB free under /var/lib; wanted: 10 GiB (preflight.minimumDiskGiB); make room"],
    },
    {
        title: "few inodes",
        agent: { inodesFree: 12 },
        faults: [
            "laptop-b: 12 inodes free under /var/lib; wanted: 100000 (preflight.minimumFreeInodes); delete small files",
        ],
    },
    { title: "a file system without a number of inodes", agent: { inodesFree: null }, faults: [] },
    {
        title: "the node IP on no interface",
        server: { addresses: [{ interface: "enp1s0", address: "192.0.2.99" }] },
        faults: [
            "laptop-a: nodeIp 192.0.2.11 is on no interface; found: 192.0.2.99 on enp1s0; give the laptop that address (a fixed lease in the router) or correct nodeIp",
        ],
    },
    {
        title: "the node IP on another interface",
        server: { addresses: [{ interface: "wlp3s0", address: "192.0.2.11" }] },
        faults: [
            "laptop-a: nodeIp 192.0.2.11 is on wlp3s0, not on enp1s0; found: 192.0.2.11 on wlp3s0; correct interface or nodeIp",
        ],
    },
    {
        title: "port 6443 taken on the server",
        server: { listening: [{ protocol: "tcp", port: 6443, process: "python3" }] },
        faults: [
            "laptop-a: port 6443/tcp is taken by python3; the Kubernetes API needs it: stop and disable that service",
        ],
    },
    {
        title: "port 6443 taken on the agent, which has no use for it",
        agent: { listening: [{ protocol: "tcp", port: 6443, process: "python3" }] },
        faults: [],
    },
    {
        title: "ports that every laptop needs",
        agent: {
            listening: [
                { protocol: "tcp", port: 80, process: "nginx" },
                { protocol: "udp", port: 8472, process: "" },
            ],
        },
        faults: [
            "laptop-b: port 8472/udp is taken by a process without a name; flannel's VXLAN needs it: stop and disable that service",
            "laptop-b: port 80/tcp is taken by nginx; the ingress needs it: stop and disable that service",
        ],
    },
    {
        title: "ports that our own k3s holds",
        server: {
            k3s: { version: "v1.36.5+k3s1", role: "server", managed: true },
            listening: [{ protocol: "tcp", port: 6443, process: "k3s" }],
        },
        faults: [],
    },
    {
        title: "a k3s of somebody else",
        agent: { k3s: { version: "v1.30.1+k3s1", role: "agent", managed: false } },
        faults: [
            "laptop-b: k3s v1.30.1+k3s1 is here and was not installed by this program; remove it first (/usr/local/bin/k3s-uninstall.sh or k3s-agent-uninstall.sh)",
        ],
    },
    {
        title: "a changed role",
        agent: { k3s: { version: "v1.36.5+k3s1", role: "server", managed: true } },
        faults: [
            "laptop-b: k3s runs here as a server, and the settings make this laptop an agent; take the laptop out of the settings first, then add it with its new role",
        ],
    },
    {
        title: "a server's data on an agent",
        agent: { k3sData: "server" },
        faults: [
            "laptop-b: /var/lib/rancher/k3s/server holds the data of a server, and the settings make this laptop an agent; move that folder away, or make it the server",
        ],
    },
    {
        title: "a downgrade",
        server: { k3s: { version: "v1.37.1+k3s1", role: "server", managed: true } },
        faults: [
            "laptop-a: k3s v1.37.1+k3s1 is installed and k3s.version asks for the older v1.36.5+k3s1; Kubernetes can't go back: set k3s.version to v1.37.1+k3s1 or newer",
        ],
    },
    {
        title: "a jump over a minor version",
        server: { k3s: { version: "v1.34.11+k3s1", role: "server", managed: true } },
        faults: [
            "laptop-a: k3s v1.34.11+k3s1 is installed and k3s.version asks for v1.36.5+k3s1, more than one minor version ahead; go to v1.35 first",
        ],
    },
    {
        title: "the same hostname twice",
        agent: { hostname: "laptop-a" },
        faults: [
            'laptop-a and laptop-b: the same hostname "laptop-a"; give each its own: sudo hostnamectl set-hostname <name>',
        ],
    },
    {
        title: "the same machine-id twice",
        agent: { machineIdDigest: "a".repeat(64) },
        faults: [
            "laptop-a and laptop-b: the same machine-id, as copied disks have; on all but one: sudo rm /etc/machine-id && sudo systemd-machine-id-setup, then reboot",
        ],
    },
    {
        title: "clocks apart",
        agent: { epochSeconds: 1_800_000_300 },
        faults: [
            "laptop-a and laptop-b: the clocks are 300 s apart; wanted: 30 s at most; set the clock: sudo timedatectl set-ntp true",
        ],
    },
    { title: "clocks as far apart as allowed", agent: { epochSeconds: 1_800_000_030 }, faults: [] },
];

describe("judging the laptops", () => {
    for (const { title, faults, ...found } of cases) {
        it(title, () => {
            const candidates = [server(found.server), agent(found.agent)];
            assert.deepEqual(judge(candidates, { ...requirements, ...found.requirements }).faults, faults);
        });
    }

    it("names the one clock that is off among three", () => {
        const third = {
            wanted: { name: "laptop-c", role: "agent" as const, nodeIp: "192.0.2.13" },
            facts: {
                ...agent().facts,
                hostname: "laptop-c",
                machineIdDigest: "c".repeat(64),
                addresses: [{ interface: "eth0", address: "192.0.2.13" }],
                epochSeconds: 1_800_000_000 - 90,
            },
        };
        assert.deepEqual(judge([server(), agent(), third], requirements).faults, [
            "laptop-c: the clock is 90 s behind the others; wanted: 30 s at most; set the clock: sudo timedatectl set-ntp true",
        ]);
    });

    it("warns of swap, bridges and battery without stopping", () => {
        assert.deepEqual(
            judge(
                [server({ swapMiB: 2048, missingModules: ["br_netfilter"], power: "battery", batteryPercent: 41 })],
                requirements,
            ),
            {
                faults: [],
                warnings: [
                    "laptop-a: 2048 MiB of swap are on; pods may then be slow instead of killed. To switch it off: sudo swapoff -a, and remove it from /etc/fstab",
                    "laptop-a: the kernel has no br_netfilter; a pod may not reach a service whose pod runs on the same laptop. Install the kernel's modules: sudo apt-get install linux-modules-extra-6.8.0-60-generic",
                    "laptop-a: runs on battery (41 %); plug it in",
                ],
            },
        );
    });

    it("puts the faults of all laptops into one error", () => {
        assert.equal(
            preflightMessage(["laptop-a: one", "laptop-b: two"]),
            "The laptops are not ready (2 faults); nothing was changed on any of them.\n  - laptop-a: one\n  - laptop-b: two\nCorrect this and run again.",
        );
    });
});
