import { readFileSync } from "node:fs";
import { runAsRoot, type RunOptions, type RunResult } from "../run";

export type CgroupVersion = "v1" | "v2";

/** v1 also for a hybrid machine: what counts is where the controllers are. */
export function cgroupVersion(mounts: string = readFileSync("/proc/mounts", "utf8")): CgroupVersion {
    return mounts.split("\n").some((line) => line.split(" ").slice(1, 3).join(" ") === "/sys/fs/cgroup cgroup2")
        ? "v2"
        : "v1";
}

export interface Limits {
    readonly openFiles: number;
    readonly processes: number;
}

/**
 * The hard limits of this process from /proc/self/limits; a container's may not be above them without CAP_SYS_RESOURCE.
 * Nor may its number of processes be above the machine's pid_max, to which podman lowers its own limit.
 */
export function hardLimits(
    limits: string = readFileSync("/proc/self/limits", "utf8"),
    pidMax = Number(readFileSync("/proc/sys/kernel/pid_max", "utf8")),
): Limits {
    const hard = (name: string) => {
        const value = limits
            .split("\n")
            .find((line) => line.startsWith(name))
            ?.slice(name.length)
            .trim()
            .split(/\s+/)[1];
        return value === undefined || value === "unlimited" ? Number.POSITIVE_INFINITY : Number(value);
    };
    return { openFiles: hard("Max open files"), processes: Math.min(hard("Max processes"), pidMax) };
}

/** k3s asks for this many open files; more is never needed. */
const OPEN_FILES = 1_048_576;

export interface LaptopContainer {
    readonly name: string;
    readonly lab: string;
    readonly laptop: string;
    readonly hostname: string;
    readonly network: string;
    readonly address: string;
    readonly image: string;
    /** Folder on this machine -> folder in the laptop: its data disk. */
    readonly disks: readonly { readonly from: string; readonly to: string }[];
}

/**
 * The arguments of `podman` that make a container systemd, the kubelet and containerd can live in.
 *
 * - `--systemd=false`: podman's own support mounts the machine's `name=systemd` cgroup tree into every laptop on cgroup
 *   v1, and rebooting one would end the other's pods. What it would set up is given by hand (`container`, /run).
 * - crun refuses a hybrid cgroup tree: runc.
 * - `--no-hosts --dns none`: the laptop's own files, which a reboot must not rewrite.
 * - `--mac-address`: who knew the laptop before it was replaced must still reach it. A real network card announces itself
 *   when its link comes up; a container's does not, and a neighbour asks again only after half a minute.
 * - disks: overlay does not work upon the container's own overlay.
 */
export function createArguments(container: LaptopContainer, cgroup: CgroupVersion, limits: Limits): string[] {
    const openFiles = Math.min(limits.openFiles, OPEN_FILES);
    return [
        "create",
        ...["--name", container.name, "--hostname", container.hostname],
        ...["--label", `onprem-blog.lab=${container.lab}`, "--label", `onprem-blog.laptop=${container.laptop}`],
        ...(cgroup === "v1" ? ["--runtime", "runc"] : []),
        ...["--privileged", "--cgroupns=private", "--systemd=false", "--env", "container=podman"],
        ...["--tmpfs", "/run:rw,exec,mode=755", "--tmpfs", "/run/lock"],
        ...["--ulimit", `nofile=${openFiles}:${openFiles}`],
        ...["--ulimit", `nproc=${limits.processes}:${limits.processes}`],
        ...["--stop-signal", "SIGRTMIN+3", "--stop-timeout", "20", "--restart", "on-failure"],
        ...["--no-hosts", "--dns", "none", "--network", container.network],
        ...["--ip", container.address, "--mac-address", macAddress(container.address)],
        ...container.disks.flatMap((disk) => ["--volume", `${disk.from}:${disk.to}`]),
        container.image,
        "/sbin/lab-init",
    ];
}

/** Locally administered, and as unique as the address. */
function macAddress(address: string): string {
    const bytes = address.split(".").map((byte) => Number(byte).toString(16).padStart(2, "0"));
    return ["02", "42", ...bytes].join(":");
}

export function podman(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return runAsRoot(["podman", ...args], options);
}

export async function podmanJson<T>(args: readonly string[]): Promise<T> {
    const { stdout } = await podman(args);
    return JSON.parse(stdout.trim() === "" ? "null" : stdout) as T;
}
