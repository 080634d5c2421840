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

const ours = (role: "server" | "agent", version = requirements.k3sVersion) => ({ version, role, managed: true });
const pushed = { binaryMiB: 80, airgapImagesMiB: 200 };

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
        title: "little disk for an upgrade",
        agent: { k3s: ours("agent", "v1.36.4+k3s1"), dataFolder: "/var/lib/rancher/k3s", diskFreeMiB: 1900 },
        faults: [
            "laptop-b: 1.9 GiB free under /var/lib/rancher/k3s; wanted: 2 GiB for the images of k3s v1.36.5+k3s1 beside those of v1.36.4+k3s1; make room",
        ],
    },
    {
        title: "little disk for an upgrade where the settings want less of any laptop",
        agent: { k3s: ours("agent", "v1.36.4+k3s1"), diskFreeMiB: 1900 },
        requirements: { minimumDiskGiB: 1 },
        faults: [],
    },
    {
        title: "little disk where the wanted k3s runs already",
        agent: { k3s: ours("agent"), diskFreeMiB: 100, homeFreeMiB: 1, binariesFreeMiB: 1 },
        requirements: { pushed },
        faults: [],
    },
    {
        title: "no room for the binary that is downloaded",
        server: { binariesFreeMiB: 99 },
        faults: ["laptop-a: 99 MiB free under /usr/local/bin; wanted: 100 MiB for k3s's binary; make room"],
    },
    {
        title: "no room for the files that are pushed",
        server: { homeFreeMiB: 279, binariesFreeMiB: 79 },
        requirements: { pushed },
        faults: [
            "laptop-a: 79 MiB free under /usr/local/bin; wanted: 80 MiB for k3s's binary; make room",
            "laptop-a: 279 MiB free under /home/operator; wanted: 280 MiB for k3s's files, which are pushed there; make room",
        ],
    },
    {
        title: "no room for the files of an upgrade",
        server: { k3s: ours("server", "v1.36.4+k3s1"), homeFreeMiB: 279 },
        requirements: { pushed },
        faults: [
            "laptop-a: 279 MiB free under /home/operator; wanted: 280 MiB for k3s's files, which are pushed there; make room",
        ],
    },
    {
        title: "just enough room for the files that are pushed",
        server: { homeFreeMiB: 280, binariesFreeMiB: 80 },
        requirements: { pushed },
        faults: [],
    },
    {
        title: "a login shell that prints, where files are pushed",
        agent: { shellNoise: 'Welcome to "laptop-b"' },
        requirements: { pushed },
        faults: [
            'laptop-b: the login shell of operator prints "Welcome to \\"laptop-b\\"" before every command, which breaks the push of k3s\'s files (SFTP); let its start-up files (~/.bashrc first) print only where the shell is interactive',
        ],
    },
    { title: "a login shell that prints, where none are pushed", agent: { shellNoise: "Welcome" }, faults: [] },
    {
        title: "an address that changed under our k3s",
        agent: { k3s: ours("agent"), addresses: [{ interface: "wlp2s0", address: "192.0.2.77" }] },
        faults: [
            "laptop-b: the laptop's address has changed since k3s was installed: nodeIp 192.0.2.12 is on no interface; found: 192.0.2.77 on wlp2s0; give the laptop its address back by a fixed lease in the router",
        ],
    },
    {
        title: "an agent's data of another cluster",
        server: { k3sData: "server", k3sCaDigest: "1" },
        agent: { k3sData: "agent", k3sCaDigest: "2" },
        faults: [
            "laptop-b: /var/lib/rancher/k3s holds the data of another cluster than laptop-a's; put the data of the right server back, or move that folder away here; the volumes of the pods that ran here are in it",
        ],
    },
    {
        title: "a running agent of another cluster",
        server: { k3sData: "server", k3sCaDigest: "1", k3s: ours("server") },
        agent: { k3sData: "agent", k3sCaDigest: "2", k3s: ours("agent") },
        faults: [
            "laptop-b: /var/lib/rancher/k3s holds the data of another cluster than laptop-a's; put the data of the right server back, or stop k3s and move that folder away here; the volumes of the pods that ran here are in it (if the cluster's authority was rotated, restarting k3s here is all it needs)",
        ],
    },
    {
        title: "an agent's data, and a bare server",
        agent: { k3sData: "agent", k3sCaDigest: "2" },
        faults: [
            "laptop-b: /var/lib/rancher/k3s holds the data of an agent, and laptop-a holds no data of its server; put the data of the right server back, or move that folder away here; the volumes of the pods that ran here are in it",
        ],
    },
    {
        title: "kept data of the same cluster",
        server: { k3sData: "server", k3sCaDigest: "1" },
        agent: { k3sData: "agent", k3sCaDigest: "1" },
        faults: [],
    },
    {
        title: "kept data without an authority, which nothing can be told of",
        server: { k3sData: "server", k3sCaDigest: "1" },
        agent: { k3sData: "agent", k3sCaDigest: "" },
        faults: [],
    },
    {
        title: "an agent that is newer than its server",
        server: { k3s: ours("server", "v1.35.8+k3s1") },
        agent: { k3s: ours("agent", "v1.36.4+k3s1") },
        faults: [
            "laptop-b: k3s v1.36.4+k3s1 is installed, newer than the v1.35.8+k3s1 of its server laptop-a, which Kubernetes doesn't support; put the agent's version back: take laptop-b out of the settings (k3s.allowRemoval), run, and add it again",
        ],
    },
    {
        title: "an agent whose patch is newer than its server's, as Kubernetes allows",
        server: { k3s: ours("server", "v1.36.3+k3s1") },
        agent: { k3s: ours("agent", "v1.36.4+k3s1") },
        faults: [],
    },
    {
        title: "an agent too old for the step that its server may take",
        server: { k3s: ours("server", "v1.35.8+k3s1") },
        agent: { k3s: ours("agent", "v1.34.11+k3s1") },
        faults: [
            "laptop-b: k3s v1.34.11+k3s1 is installed and k3s.version asks for v1.36.5+k3s1, more than one minor version ahead; go to v1.35 first",
        ],
    },
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

    for (const [daysLeft, warnings] of [
        [120, []],
        [
            119,
            [
                "laptop-b: k3s's certificates end in 119 days; renew them: raise k3s.certificateRenewal by one, then pulumi up",
            ],
        ],
        [
            1,
            [
                "laptop-b: k3s's certificates end in 1 day; renew them: raise k3s.certificateRenewal by one, then pulumi up",
            ],
        ],
        [
            -3,
            [
                "laptop-b: k3s's certificates ended 3 days ago; renew them: raise k3s.certificateRenewal by one, then pulumi up",
            ],
        ],
    ] as const) {
        it(`warns of certificates with ${daysLeft} days left: ${warnings.length > 0}`, () => {
            const certificate = { certificateDaysLeft: daysLeft };
            const found = judge([server(), agent({ ...certificate, k3s: ours("agent") })], requirements);
            assert.deepEqual(found, { faults: [], warnings });
            // Without k3s they are leftovers, which its first start renews.
            assert.deepEqual(judge([server(), agent(certificate)], requirements).warnings, []);
        });
    }

    it("warns of configuration that may override the program's", () => {
        const file = "/etc/rancher/k3s/config.yaml.d/99-mine.yaml";
        assert.deepEqual(judge([server({ foreignConfigFiles: [file] }), agent()], requirements), {
            faults: [],
            warnings: [
                "laptop-a: /etc/rancher/k3s/config.yaml.d/99-mine.yaml is not of this program, and k3s lets it override what is; move what is needed of it into k3s.config and delete it",
            ],
        });
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
