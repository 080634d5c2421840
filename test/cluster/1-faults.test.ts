import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import type { Document } from "yaml";

import { preflightMessage } from "../../components/laptop";
import { encryptValue, verifyPassphrase } from "../../stacks/settings/stack-file";
import { run as runCommand } from "../../lab/run";
import { assertFault, at, hostState, lab, run, type Run } from "./support";

/** What makes a fault on a laptop, and what takes it away again; commands of root's shell there. */
interface Fault {
    readonly on: "laptop-a" | "laptop-b";
    readonly set: string;
    readonly undo: string;
}

/** A file made, or put in place of the one that is there, for the time of a test. */
function withFile(on: Fault["on"], file: string, content: string, mode = "644"): Fault {
    const kept = `/run/kept${file.replaceAll("/", "-")}`;
    return {
        on,
        set: `if [ -e ${file} ]; then cp -a ${file} ${kept}; fi; mkdir -p $(dirname ${file}) && cat > ${file} <<'END'\n${content}\nEND\nchmod ${mode} ${file}`,
        undo: `rm -f ${file}; if [ -e ${kept} ]; then mv ${kept} ${file}; fi; rmdir --ignore-fail-on-non-empty -p $(dirname ${file}) 2>/dev/null || true`,
    };
}

/** A small file system in a folder's place. */
function withSmallDisk(on: Fault["on"], folder: string, options: string): Fault {
    return {
        on,
        set: `cp -a ${folder} /run/kept-folder && mount -t tmpfs -o ${options} tmpfs ${folder} && cp -aT /run/kept-folder ${folder}; rm -rf /run/kept-folder`,
        undo: `umount --lazy ${folder}`,
    };
}

const withLoginShell = (on: Fault["on"], shell: string): Fault => ({
    on,
    // usermod would leave a /etc/passwd- behind.
    set: `sed -i '/^operator:/ s|[^:]*$|${shell}|' /etc/passwd`,
    undo: "sed -i '/^operator:/ s|[^:]*$|/bin/bash|' /etc/passwd",
});

/** The start of an installation of ours, or of somebody else's. */
const withUnit = (on: Fault["on"], unit: string, ours: boolean) =>
    withFile(on, `/etc/systemd/system/${unit}.service`, `${ours ? "# Managed by onprem-blog" : ""}\n[Unit]`);
const withBinary = (on: Fault["on"], version: string) =>
    withFile(on, "/usr/local/bin/k3s", `#!/bin/sh\necho "k3s version ${version} (0123abcd)"`, "755");

const german = (on: Fault["on"]) =>
    withFile(on, "/etc/environment", "LANG=de_DE.UTF-8\nLC_ALL=de_DE.UTF-8\nLANGUAGE=de");

const withData = (on: Fault["on"], folder: string, files: string): Fault => ({
    on,
    set: `mkdir -p /var/lib/rancher/k3s/${folder} && cd /var/lib/rancher/k3s/${folder} && ${files}`,
    undo: "rm -rf /var/lib/rancher/k3s",
});
const dataOfServer = withData("laptop-a", "server", "mkdir db tls && echo one > tls/server-ca.crt");
const dataOfAgent = (authority: string) =>
    withData("laptop-b", "agent", `touch kubelet.kubeconfig && echo ${authority} > server-ca.crt`);

/** Every fault is tried on laptops without k3s: it must be told in one clear error and leave them as they are. */
describe("faults of bare laptops", function () {
    this.timeout(180_000);

    let before: Record<string, string[]>;
    let otherKeyFolder: string;

    const states = async () => {
        const [a, b] = await Promise.all([hostState("laptop-a"), hostState("laptop-b")]);
        return { "laptop-a": a, "laptop-b": b };
    };

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

    async function withFaults(faults: readonly Fault[], test: () => Promise<void>): Promise<void> {
        const undone: Fault[] = [];
        try {
            for (const fault of faults) {
                undone.unshift(fault);
                await lab.exec(fault.on, fault.set);
            }
            await test();
        } finally {
            for (const { on, undo } of undone) {
                await lab.exec(on, `${undo} || true`);
            }
        }
    }

    async function fails(name: string, text: string | (() => string), change?: (stackFile: Document) => void) {
        const { outcome } = await changesNothing(name, change);
        assertFault(outcome, typeof text === "string" ? text : text());
        return outcome;
    }

    async function changesNothing(name: string, change?: (stackFile: Document) => void) {
        const found = await states();
        const outcome = await run(`fault-${name}`, change);
        assert.deepEqual(await states(), found, "the laptops were to stay as they were");
        return { outcome };
    }

    /** The run ended at the judgement, with exactly these faults; `<n>` stands for a measured figure. */
    async function isNotReady(name: string, faults: readonly string[], change?: (stackFile: Document) => void) {
        const { outcome } = await changesNothing(name, change);
        assertNotReady(outcome, faults);
        return outcome;
    }

    function assertNotReady({ result, said }: Run, faults: readonly string[]): void {
        const text = preflightMessage(faults)
            .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
            .replaceAll("<n>", "[\\d.]+");
        assert.equal(result.errors.length, 1, said);
        assert.match(result.errors[0] ?? "", new RegExp(`^${text}$`));
    }

    /** A fault of both laptops that no laptop lacks: it shows that all facts of both came to the judge. */
    const wantsTooMuch = (stackFile: Document) => {
        stackFile.setIn(at("preflight", "minimumMemoryMiB"), 1_048_576);
    };
    const tooMuch = ["laptop-a", "laptop-b"].map(
        (laptop) => `${laptop}: <n> MiB of memory; wanted: 1048576 MiB (preflight.minimumMemoryMiB)`,
    );

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

    it("an operating system that the settings don't allow, and a node IP on no interface", async () => {
        await isNotReady(
            "operating-system",
            [
                "laptop-a: the operating system is debian 12; wanted: ubuntu; install Ubuntu Server, or allow it in preflight.operatingSystems",
                "laptop-b: the operating system is debian 12; wanted: ubuntu; install Ubuntu Server, or allow it in preflight.operatingSystems",
                `laptop-b: nodeIp 10.78.0.99 is on no interface; found: ${address("laptop-b")} on eth0; give the laptop that address (a fixed lease in the router) or correct nodeIp`,
            ],
            (stackFile) => {
                stackFile.setIn(at("preflight", "operatingSystems"), ["ubuntu"]);
                stackFile.setIn(at("laptops", 1, "nodeIp"), "10.78.0.99");
            },
        );
    });

    it("a wrong sudo password, which is tried once, in any language; and a sudo that wants a terminal", async () => {
        const failures = async () => {
            const { stdout } = await lab.exec(
                "laptop-a",
                "journalctl --quiet --output cat _COMM=sudo | grep -c 'authentication failure' || true",
            );
            return Number(stdout);
        };
        const faults = [
            german("laptop-a"),
            withFile("laptop-b", "/etc/sudoers.d/terminal", "Defaults requiretty", "440"),
        ];
        await withFaults(faults, async () => {
            const earlier = await failures();
            const outcome = await fails(
                "sudo",
                "laptop-a: preflight: sudo refuses the password given for operator; correct it by: pulumi config set --secret --path ssh.sudoPassword",
                (stackFile) => {
                    const key = verifyPassphrase(lab.passphrase, String(stackFile.get("encryptionsalt")));
                    stackFile.setIn(at("ssh", "sudoPassword"), { secure: encryptValue(key, "not the password") });
                },
            );
            assertFault(
                outcome,
                "laptop-b: preflight: sudo wants a terminal (requiretty), and a step has none; switch that off for operator: echo 'Defaults:operator !requiretty' | sudo tee /etc/sudoers.d/onprem-blog",
            );
            assert.equal(await failures(), earlier + 1);
        });
    });

    it("no fault: a sudo that lectures, shells that grumble, another shell, another language, kept data", async () => {
        const faults = [
            withFile("laptop-a", "/etc/sudoers.d/lecture", "Defaults lecture=always", "440"),
            withFile("laptop-a", "/home/operator/.bashrc", "echo grumble >&2\nif then fi"),
            withFile("laptop-a", "/home/operator/.profile", "echo hello; exit 3"),
            withLoginShell("laptop-b", "/bin/sh"),
            withFile("laptop-b", "/home/operator/.bashrc", "exit 3"),
            german("laptop-b"),
            ...[dataOfServer, dataOfAgent("one")],
        ];
        await withFaults(faults, async () => {
            await isNotReady("grumble", tooMuch, wantsTooMuch);
        });
    });

    it("a login shell that prints where files are to be pushed, and only there", async () => {
        const faults = [
            withFile("laptop-a", "/home/operator/.bashrc", 'echo; echo "Welcome, stranger"; echo bye'),
            withFile("laptop-b", "/etc/sudoers.d/no-password", "operator ALL=(ALL) NOPASSWD: ALL", "440"),
        ];
        await withFaults(faults, async () => {
            await isNotReady("noise", [
                'laptop-a: the login shell of operator prints "Welcome, stranger" before every command, which breaks the push of k3s\'s files (SFTP); let its start-up files (~/.bashrc first) print only where the shell is interactive',
            ]);
            await isNotReady("noise-release", tooMuch, (stackFile) => {
                wantsTooMuch(stackFile);
                stackFile.setIn(at("k3s", "airgapImages"), { source: "none" });
                stackFile.setIn(at("k3s", "binary", "source"), "release");
                stackFile.deleteIn(at("k3s", "binary", "path"));
            });
        });
    });

    it("login shells that run nothing", async () => {
        const faults = [
            withFile("laptop-a", "/home/operator/.bashrc", "exit 3"),
            withLoginShell("laptop-b", "/usr/sbin/nologin"),
        ];
        await withFaults(faults, async () => {
            const { result } = await fails("no-shell", 'exit status 3: running "/bin/bash -s":');
            assert.ok(
                result.errors.some((error) => error.includes('exit status 1: running "/bin/bash -s":')),
                result.errors.join("\n"),
            );
        });
    });

    it("disks without room, and without inodes", async () => {
        const faults = [
            withSmallDisk("laptop-a", "/var/lib/rancher", "size=1G"),
            withSmallDisk("laptop-a", "/home/operator", "size=20M"),
            withSmallDisk("laptop-b", "/var/lib/rancher", "size=8G,nr_inodes=1000"),
            withSmallDisk("laptop-b", "/usr/local/bin", "size=20M"),
        ];
        await withFaults(faults, async () => {
            await isNotReady("disk", [
                "laptop-a: <n> GiB free under /var/lib/rancher; wanted: 3 GiB (preflight.minimumDiskGiB); make room",
                "laptop-a: <n> MiB free under /home/operator; wanted: <n> MiB for k3s's files, which are pushed there; make room",
                "laptop-b: <n> MiB free under /usr/local/bin; wanted: <n> MiB for k3s's binary; make room",
                "laptop-b: <n> inodes free under /var/lib/rancher; wanted: 100000 (preflight.minimumFreeInodes); delete small files",
            ]);
        });
    });

    it("a clock that is off, a copied machine-id and hostname, with every warning beside them", async () => {
        const { stdout: machineId } = await lab.exec("laptop-a", "cat /etc/machine-id");
        const tls = "/var/lib/rancher/k3s/server/tls";
        const faults = [
            // All laptops of the lab have the machine's clock, which can't be set for one of them.
            withFile(
                "laptop-b",
                "/usr/local/sbin/date",
                '#!/bin/bash\nif [ "$*" = +%s ]; then echo $(($(/bin/date +%s) + 300)); else exec /bin/date "$@"; fi',
                "755",
            ),
            withFile("laptop-b", "/etc/machine-id", machineId.trim()),
            { on: "laptop-b", set: "hostname laptop-a", undo: "hostname laptop-b" },
            withUnit("laptop-a", "k3s", true),
            withFile("laptop-a", "/etc/rancher/k3s/config.yaml.d/10-onprem-blog.yaml", "ours: true"),
            withFile("laptop-a", "/etc/rancher/k3s/config.yaml.d/99-mine.yaml", "node-ip: 192.0.2.1"),
            {
                on: "laptop-a",
                set: `mkdir -p ${tls} && cd ${tls} && for of in "client-ca 2" "serving-kube-apiserver 30" "client-admin 300"; do openssl req -x509 -newkey ed25519 -nodes -keyout /dev/null -subj /CN=test -days "\${of#* }" -out "\${of% *}.crt" 2>/dev/null; done`,
                undo: "rm -rf /var/lib/rancher/k3s",
            },
            {
                on: "laptop-a",
                set: "sed 's/^SwapTotal:.*/SwapTotal: 2097152 kB/' /proc/meminfo > /run/meminfo && mount --bind /run/meminfo /proc/meminfo",
                undo: "umount /proc/meminfo; rm /run/meminfo",
            },
            {
                on: "laptop-a",
                set: "mount -t tmpfs tmpfs /sys/class/power_supply && cd /sys/class/power_supply && mkdir AC BAT0 && echo Mains > AC/type && echo 0 > AC/online && echo Battery > BAT0/type && echo 41 > BAT0/capacity",
                undo: "umount /sys/class/power_supply",
            },
        ] as const;
        await withFaults(faults, async () => {
            const { said } = await isNotReady("clock", [
                'laptop-a and laptop-b: the same hostname "laptop-a"; give each its own: sudo hostnamectl set-hostname <name>',
                "laptop-a and laptop-b: the same machine-id, as copied disks have; on all but one: sudo rm /etc/machine-id && sudo systemd-machine-id-setup, then reboot",
                "laptop-a and laptop-b: the clocks are <n> s apart; wanted: 30 s at most; set the clock: sudo timedatectl set-ntp true",
            ]);
            for (const warning of [
                "laptop-a: 2048 MiB of swap are on; pods may then be slow instead of killed. To switch it off: sudo swapoff -a, and remove it from /etc/fstab",
                "laptop-a: runs on battery (41 %); plug it in",
                "laptop-a: /etc/rancher/k3s/config.yaml.d/99-mine.yaml is not of this program, and k3s lets it override what is; move what is needed of it into k3s.config and delete it",
                "laptop-a: k3s's certificates end in 29 days; renew them: raise k3s.certificateRenewal by one, then pulumi up",
            ]) {
                assert.ok(said.split("\n").includes(warning), `wanted:\n${warning}\nfound:\n${said}`);
            }
            assert.doesNotMatch(said, /laptop-b: .*battery|10-onprem-blog\.yaml is not/);
        });
    });

    const squatter = (on: Fault["on"], port: number, protocol: "tcp" | "udp"): Fault => ({
        on,
        set: `systemd-run --quiet --unit=squatter-${port} systemd-socket-activate ${protocol === "udp" ? "--datagram" : ""} --listen=0.0.0.0:${port} cat; until ss -Hln${protocol.slice(0, 1)} | grep -q :${port}; do sleep 0.1; done`,
        undo: `systemctl stop squatter-${port}`,
    });

    it("ports that are taken, and an address that changed under our k3s", async () => {
        const faults = [
            withUnit("laptop-a", "k3s", true),
            squatter("laptop-b", 10250, "tcp"),
            squatter("laptop-b", 8472, "udp"),
        ];
        const { address: found } = lab.laptop("laptop-a");
        await withFaults(faults, async () => {
            await isNotReady(
                "ports",
                [
                    `laptop-a: the laptop's address has changed since k3s was installed: nodeIp 10.78.0.99 is on no interface; found: ${found} on eth0; give the laptop its address back by a fixed lease in the router`,
                    "laptop-b: port 10250/tcp is taken by systemd-socket-; kubelet needs it: stop and disable that service",
                    "laptop-b: port 8472/udp is taken by systemd-socket-; flannel's VXLAN needs it: stop and disable that service",
                ],
                (stackFile) => {
                    stackFile.setIn(at("laptops", 0, "nodeIp"), "10.78.0.99");
                },
            );
        });
    });

    it("a k3s that somebody else installed: a unit, and a binary alone", async () => {
        const faults = [withUnit("laptop-a", "k3s", false), withBinary("laptop-b", "v1.30.1+k3s1")];
        await withFaults(faults, async () => {
            await isNotReady("foreign", [
                "laptop-a: k3s of an unknown version is here and was not installed by this program; remove it first (/usr/local/bin/k3s-uninstall.sh or k3s-agent-uninstall.sh)",
                "laptop-b: k3s v1.30.1+k3s1 is here and was not installed by this program; remove it first (/usr/local/bin/k3s-uninstall.sh or k3s-agent-uninstall.sh)",
            ]);
        });
    });

    it("an agent that is newer than its server and than what is wanted", async () => {
        const faults = [
            ...[withUnit("laptop-a", "k3s", true), withBinary("laptop-a", "v1.36.0+k3s1")],
            ...[withUnit("laptop-b", "k3s-agent", true), withBinary("laptop-b", "v1.99.1+k3s1")],
        ];
        await withFaults(faults, async () => {
            await isNotReady("skew", [
                "laptop-b: k3s v1.99.1+k3s1 is installed and k3s.version asks for the older v<n>+k3s<n>; Kubernetes can't go back: set k3s.version to v1.99.1+k3s1 or newer",
                "laptop-b: k3s v1.99.1+k3s1 is installed, newer than the v1.36.0+k3s1 of its server laptop-a, which Kubernetes doesn't support; put the agent's version back: take laptop-b out of the settings (k3s.allowRemoval), run, and add it again",
            ]);
        });
    });

    it("an agent's data of another cluster, or of one whose server is gone", async () => {
        await withFaults([dataOfServer, dataOfAgent("two")], async () => {
            await isNotReady("other-cluster", [
                "laptop-b: /var/lib/rancher/k3s holds the data of another cluster than laptop-a's; put the data of the right server back, or move that folder away here; the volumes of the pods that ran here are in it",
            ]);
        });
        await withFaults([dataOfAgent("two")], async () => {
            await isNotReady("server-gone", [
                "laptop-b: /var/lib/rancher/k3s holds the data of an agent, and laptop-a holds no data of its server; put the data of the right server back, or move that folder away here; the volumes of the pods that ran here are in it",
            ]);
        });
    });

    it("a laptop that is switched off, which hides no fault of the other", async () => {
        await lab.powerOff("laptop-b");
        try {
            await withFaults([squatter("laptop-a", 6443, "tcp")], async () => {
                const outcome = await run("fault-down");
                assertFault(outcome, `operator@${address("laptop-b")}:22: `);
                assert.match(outcome.result.errors.join("\n"), /is (it|the host) switched on/);
                assert.ok(
                    outcome.said
                        .split("\n")
                        .includes(
                            "laptop-a: port 6443/tcp is taken by systemd-socket-; the Kubernetes API needs it: stop and disable that service (told ahead: another laptop lets wait)",
                        ),
                    outcome.said,
                );
            });
            assert.deepEqual(await hostState("laptop-a"), before["laptop-a"]);
        } finally {
            await lab.powerOn("laptop-b");
        }
    });

    it("leave nothing behind once they are taken away", async () => {
        assert.deepEqual(await states(), before);
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

    // Both firewalls stay on, so that all that follows shows a cluster behind firewalls.
    it("no fault: a firewall that is on lets in the cluster, and nobody else", async () => {
        const [peer, own] = [address("laptop-a"), address("laptop-b")];
        await lab.exec("laptop-a", "ufw allow 22/tcp && ufw --force enable");
        await lab.exec(
            "laptop-b",
            `ufw allow 22/tcp && ufw allow 443/tcp && ufw allow from 192.0.2.98 comment mine
             ufw allow from 192.0.2.99 comment onprem-blog && ufw route allow to 192.0.2.0/24 comment onprem-blog
             ufw --force enable`,
        );
        // Ends after the laptops are prepared, and before k3s is installed.
        const prepare = () =>
            run("fault-firewall", (stackFile) => {
                stackFile.setIn(at("k3s", "binary", "sha256", "amd64"), "0".repeat(64));
            });
        const rules = async () => {
            const { stdout } = await lab.exec("laptop-b", "ufw show added");
            return stdout.trim().split("\n").slice(1).sort();
        };
        assertFault(await prepare(), "nothing was installed: check k3s.version and the sha256 in the settings");
        const wanted = [
            "ufw allow 22/tcp",
            "ufw allow 443/tcp",
            "ufw allow 6443/tcp comment 'onprem-blog'",
            "ufw allow 80/tcp comment 'onprem-blog'",
            "ufw allow from 10.42.0.0/16 comment 'onprem-blog'",
            "ufw allow from 10.43.0.0/16 comment 'onprem-blog'",
            `ufw allow from ${peer} comment 'onprem-blog'`,
            `ufw allow from ${own} comment 'onprem-blog'`,
            "ufw allow from 192.0.2.98 comment 'mine'",
            "ufw route allow from 10.42.0.0/16 comment 'onprem-blog'",
            "ufw route allow from 10.43.0.0/16 comment 'onprem-blog'",
            "ufw route allow to 10.42.0.0/16 comment 'onprem-blog'",
            "ufw route allow to 10.43.0.0/16 comment 'onprem-blog'",
        ];
        assert.deepEqual(await rules(), wanted);

        const { result } = await prepare();
        const again = result.resources.find(({ urn }) => urn.endsWith("::prepare-laptop-b") && urn.includes("Command"));
        assert.equal(again?.status, "unchanged");
        assert.deepEqual(await rules(), wanted);

        const listen = `
import select, socket
sockets = {socket.socket(socket.AF_INET, socket.SOCK_DGRAM): 8472, socket.socket(): 6443, socket.socket(): 10250}
for each, port in sockets.items():
    each.bind(("0.0.0.0", port))
    if port != 8472:
        each.listen()
while True:
    for each in select.select(list(sockets), [], [])[0]:
        if sockets[each] == 8472:
            print(each.recv(100).decode(), end="", flush=True)
        else:
            each.accept()[0].close()
`;
        const listener = { on: "laptop-b", undo: "systemctl stop listener; rm -f /run/heard" } as const;
        const set = `cat > /run/listen.py && systemd-run --quiet --unit=listener --property=StandardOutput=file:/run/heard python3 /run/listen.py && until ss -Hltn | grep -q :10250; do sleep 0.1; done`;
        const knock = (port: number) =>
            `if timeout 2 bash -c '</dev/tcp/${own}/${port}' 2>/dev/null; then echo open; else echo closed; fi`;
        const say = (word: string) => `echo ${word} > /dev/udp/${own}/8472`;
        const knocks = `${knock(22)}; ${knock(6443)}; ${knock(10250)}`;
        await lab.exec("laptop-b", set, { input: listen });
        await withFaults([{ ...listener, set: "true" }], async () => {
            const stranger = await runCommand(["bash", "-c", `${say("stranger")}; ${knocks}`]);
            assert.deepEqual(stranger.stdout.trim().split("\n"), ["open", "open", "closed"]);
            const fromPeer = await lab.exec("laptop-a", `${say("peer")}; ${knocks}`);
            assert.deepEqual(fromPeer.stdout.trim().split("\n"), ["open", "open", "open"]);
            assert.equal((await lab.exec("laptop-b", "cat /run/heard")).stdout, "peer\n");
        });
    });

    it("a binary with another sha256", async () => {
        const wrong = "0".repeat(64);
        const outcome = await run("fault-sha256", (stackFile) => {
            stackFile.setIn(at("k3s", "binary", "sha256", "amd64"), wrong);
        });
        const version =
            /stage k3s: k3s (v[^ ]+) has sha256 ([0-9a-f]{64}); wanted: (0{64}); nothing was installed: check k3s.version and the sha256 in the settings, or the mirror/;
        assert.match(outcome.result.errors.join("\n"), version);
        const { stdout } = await lab.exec(
            "laptop-a",
            "ls /usr/local/bin /etc/rancher/k3s /etc/systemd/system/k3s.service 2>&1 || true",
        );
        assert.doesNotMatch(stdout, /^k3s|config\.yaml|^\/etc\/systemd\/system\/k3s\.service$/m);
    });
});
