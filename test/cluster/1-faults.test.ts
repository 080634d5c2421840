import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import type { Document } from "yaml";

import { assertFault, at, hostState, lab, run } from "./support";

/** Every fault is tried on laptops without k3s: it must be told in one clear error and leave them as they are. */
describe("faults of bare laptops", function () {
    this.timeout(180_000);

    let before: Record<string, string[]>;
    let otherKeyFolder: string;

    const states = async () => ({
        "laptop-a": await hostState("laptop-a"),
        "laptop-b": await hostState("laptop-b"),
    });

    this.beforeAll(async function () {
        // Builds what isn't in the cache.
        this.timeout(3_000_000);
        await lab.prepare();
        before = await states();
        otherKeyFolder = mkdtempSync(path.join(tmpdir(), "onprem-blog-"));
        execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path.join(otherKeyFolder, "key")]);
    });
    this.afterAll(() => {
        rmSync(otherKeyFolder, { recursive: true, force: true });
    });

    const otherPublicKey = () =>
        execFileSync("ssh-keygen", ["-y", "-f", path.join(otherKeyFolder, "key")], { encoding: "utf8" }).trim();
    const fingerprint = (file: string) =>
        execFileSync("ssh-keygen", ["-lf", file], { encoding: "utf8" }).split(" ")[1] ?? "";
    const address = (laptop: string) => lab.laptop(laptop).address;

    async function fails(name: string, text: string | (() => string), change?: (stackFile: Document) => void) {
        const outcome = await run(`fault-${name}`, change);
        assertFault(outcome, typeof text === "string" ? text : text());
        assert.deepEqual(await states(), before, "the laptops were to stay as they were");
        return outcome;
    }

    it("a host key that isn't the pinned one", async () => {
        const { result } = await fails(
            "host-key",
            () => `the host key is not the pinned one: ${address("laptop-b")} shows ssh-ed25519 SHA256:`,
            (stackFile) => {
                stackFile.setIn(at("laptops", 1, "hostKey"), otherPublicKey());
            },
        );
        const message = result.errors.join("\n");
        assert.ok(
            message.includes(`pinned is ssh-ed25519 ${fingerprint(path.join(otherKeyFolder, "key.pub"))}`),
            message,
        );
    });

    it("a key that the laptops refuse", async () => {
        const { result } = await fails(
            "key-refused",
            () =>
                `login refused with the key ${fingerprint(path.join(otherKeyFolder, "key.pub"))}; put the public key into ~operator/.ssh/authorized_keys on ${address("laptop-a")}`,
            (stackFile) => {
                stackFile.setIn(at("ssh", "privateKeyFile"), path.join(otherKeyFolder, "key"));
            },
        );
        assert.equal(result.errors.length, 2, "both laptops, in one run");
    });

    it("sudo that asks for a password, and none in the settings", async () => {
        await fails(
            "no-sudo-password",
            "laptop-b: preflight: sudo asks operator for a password, and the settings have none; set it by: pulumi config set --secret --path ssh.sudoPassword",
            (stackFile) => {
                stackFile.deleteIn(at("ssh", "sudoPassword"));
            },
        );
    });

    it("an operating system that the settings don't allow", async () => {
        const { result } = await fails(
            "operating-system",
            "The laptops are not ready (2 faults); nothing was changed on any of them.\n  - laptop-a: the operating system is debian 12; wanted: ubuntu; install Ubuntu Server, or allow it in preflight.operatingSystems\n  - laptop-b: the operating system is debian 12; wanted: ubuntu; install Ubuntu Server, or allow it in preflight.operatingSystems\nCorrect this and run again.",
            (stackFile) => {
                stackFile.setIn(at("preflight", "operatingSystems"), ["ubuntu"]);
            },
        );
        assert.equal(result.errors.length, 1);
    });

    it("a node IP on no interface", async () => {
        await fails(
            "node-ip",
            () =>
                `laptop-b: nodeIp 10.78.0.99 is on no interface; found: ${address("laptop-b")} on eth0; give the laptop that address (a fixed lease in the router) or correct nodeIp`,
            (stackFile) => {
                stackFile.setIn(at("laptops", 1, "nodeIp"), "10.78.0.99");
            },
        );
    });

    it("a hostname that two laptops have", async () => {
        await lab.exec("laptop-b", "hostname laptop-a");
        try {
            await fails(
                "hostname",
                'laptop-a and laptop-b: the same hostname "laptop-a"; give each its own: sudo hostnamectl set-hostname <name>',
            );
        } finally {
            await lab.exec("laptop-b", "hostname laptop-b");
        }
    });

    it("port 6443 taken", async () => {
        await lab.exec(
            "laptop-a",
            "systemd-run --quiet --unit=squatter systemd-socket-activate --listen=0.0.0.0:6443 cat; until ss -Hltn | grep -q :6443; do sleep 0.1; done",
        );
        try {
            await fails(
                "port",
                "laptop-a: port 6443/tcp is taken by systemd-socket-; the Kubernetes API needs it: stop and disable that service",
            );
        } finally {
            await lab.exec("laptop-a", "systemctl stop squatter");
        }
    });

    it("a laptop that is switched off", async () => {
        await lab.powerOff("laptop-b");
        try {
            const outcome = await run("fault-down");
            assertFault(outcome, `operator@${address("laptop-b")}:22: `);
            assert.match(outcome.result.errors.join("\n"), /is (it|the host) switched on/);
            assert.deepEqual(await hostState("laptop-a"), before["laptop-a"]);
        } finally {
            await lab.powerOn("laptop-b");
        }
        assert.deepEqual(await hostState("laptop-b"), before["laptop-b"]);
    });

    it("another run on the same laptop at the same moment", async () => {
        await lab.exec(
            "laptop-a",
            `systemd-run --quiet --unit=other-run flock /run/onprem-blog.lock sh -c 'echo "process 4711 since 2026-01-01T00:00:00Z: install k3s" > /run/onprem-blog.lock; sleep 300'
             until grep -q 4711 /run/onprem-blog.lock; do sleep 0.1; done`,
        );
        try {
            const outcome = await run("fault-lock");
            assertFault(
                outcome,
                "laptop-a: prepare: another run holds the lock /run/onprem-blog.lock (process 4711 since 2026-01-01T00:00:00Z: install k3s); wait for it to end, then run again",
            );
            assert.deepEqual(await hostState("laptop-a"), before["laptop-a"]);
        } finally {
            await lab.exec("laptop-a", "systemctl stop other-run");
        }
    });

    it("a binary with another sha256", async () => {
        const wrong = "0".repeat(64);
        const outcome = await run("fault-sha256", (stackFile) => {
            stackFile.setIn(at("k3s", "binary", "sha256", "amd64"), wrong);
        });
        const version =
            /install k3s: k3s (v[^ ]+) has sha256 ([0-9a-f]{64}); wanted: (0{64}); nothing was installed: check k3s.version and the sha256 in the settings, or the mirror/;
        assert.match(outcome.result.errors.join("\n"), version);
        const { stdout } = await lab.exec(
            "laptop-a",
            "ls /usr/local/bin /etc/rancher/k3s /etc/systemd/system/k3s.service 2>&1 || true",
        );
        assert.doesNotMatch(stdout, /^k3s|config\.yaml|^\/etc\/systemd\/system\/k3s\.service$/m);
    });
});
