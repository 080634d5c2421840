import type { Candidate, HostFacts, Requirements } from "../../../components/laptop";

/** Facts of a laptop with which nothing is wrong; each test bends one of them. */
export function healthyFacts(change: Partial<HostFacts> = {}): HostFacts {
    return {
        changes: [],
        epochSeconds: 1_800_000_000,
        operatingSystem: "ubuntu",
        operatingSystemVersion: "24.04",
        machine: "x86_64",
        kernel: "6.8.0-60-generic",
        hostname: "laptop-a",
        machineIdDigest: "a".repeat(64),
        systemd: true,
        addresses: [{ interface: "enp1s0", address: "192.0.2.11" }],
        memoryMiB: 32_000,
        swapMiB: 0,
        dataFolder: "/var/lib",
        diskFreeMiB: 100_000,
        inodesFree: 5_000_000,
        loginUser: "operator",
        homeFolder: "/home/operator",
        homeFreeMiB: 50_000,
        binariesFreeMiB: 50_000,
        shellNoise: "",
        listening: [{ protocol: "tcp", port: 22, process: "sshd" }],
        cgroupVersion: 2,
        missingModules: [],
        missingCommands: [],
        k3s: null,
        k3sData: "none",
        k3sCaDigest: "",
        certificateDaysLeft: null,
        foreignConfigFiles: [],
        lid: "open",
        sleepMasked: false,
        power: "mains",
        batteryPercent: 80,
        firewall: "none",
        ...change,
    };
}

/** The seed's server: wanted as it is found, but for the given facts. */
export function server(change: Partial<HostFacts> = {}): Candidate {
    return {
        wanted: { name: "laptop-a", role: "server", nodeIp: "192.0.2.11", interface: "enp1s0" },
        facts: healthyFacts(change),
    };
}

/** The seed's agent. */
export function agent(change: Partial<HostFacts> = {}): Candidate {
    return {
        wanted: { name: "laptop-b", role: "agent", nodeIp: "192.0.2.12" },
        facts: healthyFacts({
            hostname: "laptop-b",
            machineIdDigest: "b".repeat(64),
            addresses: [{ interface: "wlp2s0", address: "192.0.2.12" }],
            ...change,
        }),
    };
}

export const requirements: Requirements = {
    operatingSystems: ["ubuntu"],
    minimumMemoryMiB: 1800,
    minimumDiskGiB: 10,
    minimumFreeInodes: 100_000,
    maximumClockSkewSeconds: 30,
    k3sVersion: "v1.36.5+k3s1",
    pushed: { binaryMiB: 0, airgapImagesMiB: 0 },
    cgroupV1Allowed: false,
};
