import { parseVersion, upgradeFault } from "../k3s/version";
import type { HostFacts } from "./host-facts";

/** What the settings want of one laptop. */
export interface WantedHost {
    readonly name: string;
    readonly role: "server" | "agent";
    readonly nodeIp: string;
    readonly interface?: string | undefined;
}

/** What the settings want of every laptop. */
export interface Requirements {
    readonly operatingSystems: readonly string[];
    readonly minimumMemoryMiB: number;
    readonly minimumDiskGiB: number;
    readonly minimumFreeInodes: number;
    readonly maximumClockSkewSeconds: number;
    readonly k3sVersion: string;
    /** The settings hand kubelet `fail-cgroupv1=false`. */
    readonly cgroupV1Allowed: boolean;
}

/** A laptop as wanted and as found. */
export interface Candidate {
    readonly wanted: WantedHost;
    readonly facts: HostFacts;
}

/** What the facts of all laptops together amount to; each line names its laptop. */
export interface Verdict {
    /** Any of these stops the program before a laptop is changed. */
    readonly faults: readonly string[];
    readonly warnings: readonly string[];
}

/** The oldest Ubuntu that is still maintained and boots with cgroup v2. */
const oldestUbuntu = 22.04;
/** Kubernetes 1.35 made kubelet refuse cgroup v1 (kubernetes/kubernetes#134298). */
const firstMinorWithoutCgroupV1 = 35;
/** Only a network of bridges needs it, so a kernel without it is no fault in itself. */
const bridgeModule = "br_netfilter";
const hostnamePattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** Judges the facts of all laptops against the settings, without regard to order. */
export function judge(candidates: readonly Candidate[], requirements: Requirements): Verdict {
    return {
        faults: [
            ...candidates.flatMap((candidate) =>
                hostFaults(candidate, requirements).map((fault) => `${candidate.wanted.name}: ${fault}`),
            ),
            ...sharedFaults(candidates, (facts) => facts.hostname, hostnameAdvice),
            ...sharedFaults(candidates, (facts) => facts.machineIdDigest, machineIdAdvice),
            ...clockFaults(candidates, requirements.maximumClockSkewSeconds),
        ],
        warnings: candidates.flatMap((candidate) =>
            hostWarnings(candidate.facts).map((warning) => `${candidate.wanted.name}: ${warning}`),
        ),
    };
}

function hostFaults({ wanted, facts }: Candidate, requirements: Requirements): string[] {
    return [
        ...platformFaults(facts, requirements),
        ...capacityFaults(facts, requirements),
        ...networkFaults(wanted, facts),
        ...portFaults(wanted, facts),
        ...k3sFaults(wanted, facts, requirements.k3sVersion),
    ];
}

function platformFaults(facts: HostFacts, requirements: Requirements): string[] {
    const faults: string[] = [];
    const system = `${facts.operatingSystem} ${facts.operatingSystemVersion}`.trim();
    if (!requirements.operatingSystems.includes(facts.operatingSystem)) {
        faults.push(
            `the operating system is ${system}; wanted: ${requirements.operatingSystems.join(" or ")}; install Ubuntu Server, or allow it in preflight.operatingSystems`,
        );
    } else if (facts.operatingSystem === "ubuntu" && Number(facts.operatingSystemVersion) < oldestUbuntu) {
        faults.push(`Ubuntu ${facts.operatingSystemVersion} is too old; wanted: 22.04 or newer; upgrade it`);
    }
    if (facts.machine !== "x86_64" && facts.machine !== "aarch64") {
        faults.push(`the processor is ${facts.machine}; k3s is published for x86_64 and aarch64`);
    }
    if (!facts.systemd) {
        faults.push("systemd does not run; k3s is installed as a systemd unit");
    }
    if (!hostnamePattern.test(facts.hostname)) {
        faults.push(
            `the hostname "${facts.hostname}" is no valid node name (lower-case letters, digits and "-"); change it: sudo hostnamectl set-hostname <name>`,
        );
    }
    if (
        facts.cgroupVersion === 1 &&
        (parseVersion(requirements.k3sVersion)?.minor ?? 0) >= firstMinorWithoutCgroupV1 &&
        !requirements.cgroupV1Allowed
    ) {
        faults.push(
            'cgroup v1 is in use, which kubelet refuses; boot with systemd.unified_cgroup_hierarchy=1, or set k3s.config.kubelet-arg to ["fail-cgroupv1=false"]',
        );
    }
    const missing = facts.missingModules.filter((module) => module !== bridgeModule);
    if (missing.length > 0) {
        faults.push(
            `the kernel has no ${missing.join(", ")}; install the kernel's modules: sudo apt-get install linux-modules-extra-${facts.kernel}`,
        );
    }
    if (facts.missingCommands.length > 0) {
        faults.push(`${facts.missingCommands.join(", ")} not found; install what provides it with apt-get`);
    }
    return faults;
}

function capacityFaults(facts: HostFacts, requirements: Requirements): string[] {
    const faults: string[] = [];
    if (facts.memoryMiB < requirements.minimumMemoryMiB) {
        faults.push(
            `${facts.memoryMiB} MiB of memory; wanted: ${requirements.minimumMemoryMiB} MiB (preflight.minimumMemoryMiB)`,
        );
    }
    const diskFreeGiB = facts.diskFreeMiB / 1024;
    if (facts.k3s === null && diskFreeGiB < requirements.minimumDiskGiB) {
        faults.push(
            `${diskFreeGiB.toFixed(1)} GiB free under ${facts.dataFolder}; wanted: ${requirements.minimumDiskGiB} GiB (preflight.minimumDiskGiB); make room`,
        );
    }
    if (facts.inodesFree !== null && facts.inodesFree < requirements.minimumFreeInodes) {
        faults.push(
            `${facts.inodesFree} inodes free under ${facts.dataFolder}; wanted: ${requirements.minimumFreeInodes} (preflight.minimumFreeInodes); delete small files`,
        );
    }
    return faults;
}

function networkFaults(wanted: WantedHost, facts: HostFacts): string[] {
    const holder = facts.addresses.find(({ address }) => address === wanted.nodeIp);
    const found = facts.addresses.map((entry) => `${entry.address} on ${entry.interface}`).join(", ") || "none";
    if (holder === undefined) {
        return [
            `nodeIp ${wanted.nodeIp} is on no interface; found: ${found}; give the laptop that address (a fixed lease in the router) or correct nodeIp`,
        ];
    }
    if (wanted.interface !== undefined && holder.interface !== wanted.interface) {
        return [
            `nodeIp ${wanted.nodeIp} is on ${holder.interface}, not on ${wanted.interface}; found: ${found}; correct interface or nodeIp`,
        ];
    }
    return [];
}

function portFaults(wanted: WantedHost, facts: HostFacts): string[] {
    const needed = [
        ...(wanted.role === "server" ? [{ protocol: "tcp", port: 6443, use: "the Kubernetes API" }] : []),
        { protocol: "tcp", port: 10250, use: "kubelet" },
        { protocol: "udp", port: 8472, use: "flannel's VXLAN" },
        { protocol: "tcp", port: 80, use: "the ingress" },
        { protocol: "tcp", port: 443, use: "the ingress" },
    ];
    // On a laptop that already runs our k3s these are its own ports, or its ingress's.
    if (facts.k3s?.managed === true) {
        return [];
    }
    return needed.flatMap(({ protocol, port, use }) => {
        const taken = facts.listening.find((socket) => socket.protocol === protocol && socket.port === port);
        const holder = taken?.process === "" ? "a process without a name" : taken?.process;
        return holder === undefined
            ? []
            : [`port ${port}/${protocol} is taken by ${holder}; ${use} needs it: stop and disable that service`];
    });
}

function k3sFaults(wanted: WantedHost, facts: HostFacts, wantedVersion: string): string[] {
    const installed = facts.k3s;
    if (installed === null) {
        return wanted.role === "agent" && facts.k3sData === "server"
            ? [
                  "/var/lib/rancher/k3s/server holds the data of a server, and the settings make this laptop an agent; move that folder away, or make it the server",
              ]
            : [];
    }
    if (!installed.managed) {
        return [
            `k3s ${installed.version || "of an unknown version"} is here and was not installed by this program; remove it first (/usr/local/bin/k3s-uninstall.sh or k3s-agent-uninstall.sh)`,
        ];
    }
    if (installed.role !== "none" && installed.role !== wanted.role) {
        return [
            `k3s runs here as ${installed.role === "server" ? "a server" : "an agent"}, and the settings make this laptop ${wanted.role === "server" ? "a server" : "an agent"}; take the laptop out of the settings first, then add it with its new role`,
        ];
    }
    const fault = upgradeFault(installed.version, wantedVersion);
    return fault === undefined ? [] : [fault];
}

function hostWarnings(facts: HostFacts): string[] {
    const warnings: string[] = [];
    if (facts.swapMiB > 0) {
        warnings.push(
            `${facts.swapMiB} MiB of swap are on; pods may then be slow instead of killed. To switch it off: sudo swapoff -a, and remove it from /etc/fstab`,
        );
    }
    if (facts.missingModules.includes(bridgeModule)) {
        warnings.push(
            `the kernel has no ${bridgeModule}; a pod may not reach a service whose pod runs on the same laptop. Install the kernel's modules: sudo apt-get install linux-modules-extra-${facts.kernel}`,
        );
    }
    if (facts.power === "battery") {
        const charge = facts.batteryPercent === null ? "" : ` (${facts.batteryPercent} %)`;
        warnings.push(`runs on battery${charge}; plug it in`);
    }
    return warnings;
}

type Advice = (value: string, names: string) => string;
const hostnameAdvice: Advice = (hostname, names) =>
    `${names}: the same hostname "${hostname}"; give each its own: sudo hostnamectl set-hostname <name>`;
const machineIdAdvice: Advice = (_digest, names) =>
    `${names}: the same machine-id, as copied disks have; on all but one: sudo rm /etc/machine-id && sudo systemd-machine-id-setup, then reboot`;

function sharedFaults(candidates: readonly Candidate[], pick: (facts: HostFacts) => string, advice: Advice): string[] {
    const holders = new Map<string, string[]>();
    for (const { wanted, facts } of candidates) {
        const value = pick(facts);
        holders.set(value, [...(holders.get(value) ?? []), wanted.name]);
    }
    return [...holders]
        .filter(([, names]) => names.length > 1)
        .map(([value, names]) => advice(value, names.join(" and ")));
}

/** The median is right as long as most clocks are; of two clocks, none can be called the wrong one. */
function clockFaults(candidates: readonly Candidate[], maximumSkewSeconds: number): string[] {
    const seconds = candidates.map(({ facts }) => facts.epochSeconds).sort((a, b) => a - b);
    const spread = (seconds.at(-1) ?? 0) - (seconds.at(0) ?? 0);
    const fix = "set the clock: sudo timedatectl set-ntp true";
    if (candidates.length === 2) {
        const names = candidates.map(({ wanted }) => wanted.name).join(" and ");
        return spread > maximumSkewSeconds
            ? [`${names}: the clocks are ${spread} s apart; wanted: ${maximumSkewSeconds} s at most; ${fix}`]
            : [];
    }
    const median = seconds.at(Math.floor(seconds.length / 2)) ?? 0;
    return candidates.flatMap(({ wanted, facts }) => {
        const skew = facts.epochSeconds - median;
        return Math.abs(skew) > maximumSkewSeconds
            ? [
                  `${wanted.name}: the clock is ${Math.abs(skew)} s ${skew > 0 ? "ahead of" : "behind"} the others; wanted: ${maximumSkewSeconds} s at most; ${fix}`,
              ]
            : [];
    });
}
