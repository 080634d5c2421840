import { compareVersions, parseVersion, upgradeFault, type K3sVersion } from "../k3s/version";
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
    /** k3s's files that are pushed from the workstation. */
    readonly pushed: PushedFiles;
    /** The settings hand kubelet `fail-cgroupv1=false`. */
    readonly cgroupV1Allowed: boolean;
}

/** Sizes in MiB of what is pushed to a laptop; 0 for what the laptop downloads by itself. */
export interface PushedFiles {
    readonly binaryMiB: number;
    readonly airgapImagesMiB: number;
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
/** k3s's binary where its size isn't known before the download; it grew from 60 to 80 MB in five years. */
const downloadedBinaryMiB = 100;
/** What the new images of an upgrade take beside the old ones, packed and unpacked. */
const upgradeDiskGiB = 2;
/** k3s renews its certificates when it starts within this many days of their end (k3s-io/k3s#12171). */
const certificateDays = 120;
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
            ...clusterFaults(candidates),
            ...skewFaults(candidates),
        ],
        warnings: candidates.flatMap((candidate) =>
            hostWarnings(candidate.facts).map((warning) => `${candidate.wanted.name}: ${warning}`),
        ),
    };
}

/** The faults that one laptop has whatever the others are like. */
export function hostFaults({ wanted, facts }: Candidate, requirements: Requirements): string[] {
    return [
        ...platformFaults(facts, requirements),
        ...capacityFaults(facts, requirements),
        ...pushFaults(facts, requirements),
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
    const upgradeGiB = Math.min(upgradeDiskGiB, requirements.minimumDiskGiB);
    if (facts.k3s === null && diskFreeGiB < requirements.minimumDiskGiB) {
        faults.push(
            `${diskFreeGiB.toFixed(1)} GiB free under ${facts.dataFolder}; wanted: ${requirements.minimumDiskGiB} GiB (preflight.minimumDiskGiB); make room`,
        );
    } else if (facts.k3s !== null && needsFiles(facts, requirements) && diskFreeGiB < upgradeGiB) {
        faults.push(
            `${diskFreeGiB.toFixed(1)} GiB free under ${facts.dataFolder}; wanted: ${upgradeGiB} GiB for the images of k3s ${requirements.k3sVersion} beside those of ${facts.k3s.version}; make room`,
        );
    }
    const binaryMiB = requirements.pushed.binaryMiB || downloadedBinaryMiB;
    if (needsFiles(facts, requirements) && facts.binariesFreeMiB < binaryMiB) {
        faults.push(
            `${facts.binariesFreeMiB} MiB free under /usr/local/bin; wanted: ${binaryMiB} MiB for k3s's binary; make room`,
        );
    }
    if (facts.inodesFree !== null && facts.inodesFree < requirements.minimumFreeInodes) {
        faults.push(
            `${facts.inodesFree} inodes free under ${facts.dataFolder}; wanted: ${requirements.minimumFreeInodes} (preflight.minimumFreeInodes); delete small files`,
        );
    }
    return faults;
}

/** A laptop that has the wanted k3s already is given no files: what stands in their way is no fault then. */
function needsFiles(facts: HostFacts, requirements: Requirements): boolean {
    return facts.k3s?.version !== requirements.k3sVersion;
}

/** What would break the push of files to the login user's home, after other laptops were changed. */
function pushFaults(facts: HostFacts, requirements: Requirements): string[] {
    const neededMiB = requirements.pushed.binaryMiB + requirements.pushed.airgapImagesMiB;
    if (neededMiB === 0 || !needsFiles(facts, requirements)) {
        return [];
    }
    const faults: string[] = [];
    if (facts.homeFreeMiB < neededMiB) {
        faults.push(
            `${facts.homeFreeMiB} MiB free under ${facts.homeFolder}; wanted: ${neededMiB} MiB for k3s's files, which are pushed there; make room`,
        );
    }
    if (facts.shellNoise !== "") {
        faults.push(
            `the login shell of ${facts.loginUser} prints ${JSON.stringify(facts.shellNoise)} before every command, which breaks the push of k3s's files (SFTP); let its start-up files (~/.bashrc first) print only where the shell is interactive`,
        );
    }
    return faults;
}

function networkFaults(wanted: WantedHost, facts: HostFacts): string[] {
    const holder = facts.addresses.find(({ address }) => address === wanted.nodeIp);
    const found = facts.addresses.map((entry) => `${entry.address} on ${entry.interface}`).join(", ") || "none";
    if (holder === undefined && facts.k3s?.managed === true) {
        return [
            `the laptop's address has changed since k3s was installed: nodeIp ${wanted.nodeIp} is on no interface; found: ${found}; give the laptop its address back by a fixed lease in the router`,
        ];
    }
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

/** A laptop whose data belongs to another cluster than the server's; the first server with data says which that is. */
function clusterFaults(candidates: readonly Candidate[]): string[] {
    const servers = candidates.filter(({ wanted }) => wanted.role === "server");
    const server = servers.find(({ facts }) => facts.k3sData === "server");
    if (servers.length === 0) {
        // Every server is marked lost: there is nothing to compare with, and nothing will be installed.
        return [];
    }
    return candidates.flatMap(({ wanted, facts }) => {
        if (facts.k3sData !== wanted.role) {
            return [];
        }
        const kept = `${wanted.name}: /var/lib/rancher/k3s holds the data of`;
        const stop = facts.k3s === null ? "" : "stop k3s and ";
        const waysOut = `put the data of the right server back, or ${stop}move that folder away here; the volumes of the pods that ran here are in it`;
        if (server === undefined) {
            const names = servers.map((candidate) => candidate.wanted.name).join(" and ");
            return [`${kept} an agent, and ${names} holds no data of its server; ${waysOut}`];
        }
        const digests = [facts.k3sCaDigest, server.facts.k3sCaDigest];
        if (digests.includes("") || digests[0] === digests[1]) {
            return [];
        }
        const rotated =
            facts.k3s === null ? "" : " (if the cluster's authority was rotated, restarting k3s here is all it needs)";
        return [`${kept} another cluster than ${server.wanted.name}'s; ${waysOut}${rotated}`];
    });
}

/** kubelet may not be of a newer minor version than the API server (Kubernetes's version skew policy). */
function skewFaults(candidates: readonly Candidate[]): string[] {
    const installed = candidates.flatMap(({ wanted, facts }) => {
        const version = facts.k3s?.managed === true ? parseVersion(facts.k3s.version) : undefined;
        return version === undefined ? [] : [{ ...wanted, text: facts.k3s?.version ?? "", version }];
    });
    const [server] = installed
        .filter(({ role }) => role === "server")
        .sort((a, b) => compareVersions(a.version, b.version));
    if (server === undefined) {
        return [];
    }
    return installed
        .filter(({ role, version }) => role === "agent" && isNewerMinor(version, server.version))
        .map(
            ({ name, text }) =>
                `${name}: k3s ${text} is installed, newer than the ${server.text} of its server ${server.name}, which Kubernetes doesn't support; put the agent's version back: take ${name} out of the settings (k3s.allowRemoval), run, and add it again`,
        );
}

function isNewerMinor(version: K3sVersion, than: K3sVersion): boolean {
    return (version.major - than.major || version.minor - than.minor) > 0;
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
    for (const file of facts.foreignConfigFiles) {
        warnings.push(
            `${file} is not of this program, and k3s lets it override what is; move what is needed of it into k3s.config and delete it`,
        );
    }
    if (
        facts.k3s?.managed === true &&
        facts.certificateDaysLeft !== null &&
        facts.certificateDaysLeft < certificateDays
    ) {
        const days = facts.certificateDaysLeft;
        const end = days < 0 ? `ended ${dayCount(-days)} ago` : `end in ${dayCount(days)}`;
        warnings.push(`k3s's certificates ${end}; renew them: raise k3s.certificateRenewal by one, then pulumi up`);
    }
    return warnings;
}

function dayCount(days: number): string {
    return days === 1 ? "1 day" : `${days} days`;
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
