import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { YAMLMap } from "yaml";

import {
    assertFault,
    assertOk,
    at,
    hostState,
    isReady,
    lab,
    nodes,
    previousK3s,
    renewals,
    restartedBy,
    run,
    stack,
    type Change,
    type Run,
} from "./support";

const laptops = ["laptop-a", "laptop-b"] as const;

/** On the cluster of 2-install, whose every step is there. */
describe("changing one line", function () {
    this.timeout(300_000);

    const runHere = async (change?: Change): Promise<Run> => run(stack, await previousK3s(change));
    const restartedByChange = (change?: Change) =>
        restartedBy(laptops, async () => {
            assertOk(await runHere(change));
        });
    const fileOf = async (laptop: string, file: string) => (await lab.exec(laptop, `cat ${file}`)).stdout;

    it("labels and taints a node without a restart, and leaves alone what others set", async () => {
        await lab.kubectl(["label", "node", "laptop-b", "example.org/operator=mine"]);
        await lab.kubectl(["taint", "node", "laptop-b", "example.org/theirs=x:PreferNoSchedule"]);
        const first = await restartedByChange((stackFile) => {
            stackFile.setIn(at("laptops", 1, "labels"), { disk: "hdd", "example.org/zone": "attic" });
            stackFile.setIn(at("laptops", 1, "taints"), ["example.org/slow=disk:PreferNoSchedule"]);
        });
        const labelled = (await nodes()).get("laptop-b")!;
        assert.equal(labelled.metadata.labels.disk, "hdd");
        assert.equal(labelled.metadata.labels["example.org/zone"], "attic");

        const second = await restartedByChange((stackFile) => {
            stackFile.setIn(at("laptops", 1, "labels"), { disk: "ssd" });
            stackFile.setIn(at("laptops", 1, "taints"), ["example.org/slow=fan:PreferNoSchedule"]);
        });
        const changed = (await nodes()).get("laptop-b")!;
        assert.equal(changed.metadata.labels.disk, "ssd");
        assert.equal(changed.metadata.labels["example.org/zone"], undefined);
        assert.deepEqual(changed.spec.taints?.map(({ key, value, effect }) => `${key}=${value}:${effect}`).sort(), [
            "example.org/slow=fan:PreferNoSchedule",
            "example.org/theirs=x:PreferNoSchedule",
        ]);

        const third = await restartedByChange();
        const bare = (await nodes()).get("laptop-b")!;
        assert.equal(bare.metadata.labels.disk, undefined);
        assert.equal(bare.metadata.labels["example.org/operator"], "mine");
        assert.deepEqual(
            bare.spec.taints?.map(({ key }) => key),
            ["example.org/theirs"],
        );
        assert.deepEqual([first, second, third], [[], [], []]);
        await lab.kubectl(["taint", "node", "laptop-b", "example.org/theirs-"]);
    });

    it("restarts the agents alone for an agent's kubelet argument", async () => {
        const maxPods: Change = (stackFile) => {
            stackFile.setIn(at("k3s", "agentConfig"), { "kubelet-arg": ["fail-cgroupv1=false", "max-pods=60"] });
        };
        assert.deepEqual(await restartedByChange(maxPods), ["laptop-b"]);
        const { status } = (await nodes()).get("laptop-b")!;
        assert.equal(status.capacity.pods, "60");

        const reordered: Change = (stackFile) => {
            maxPods(stackFile);
            const k3s = stackFile.getIn(at("k3s")) as YAMLMap;
            k3s.items.reverse();
            const laptop = stackFile.getIn(at("laptops", 1)) as YAMLMap;
            laptop.items.reverse();
            laptop.comment = " the one in the attic";
            stackFile.commentBefore = " nothing has changed here";
        };
        assert.deepEqual(await restartedByChange(reordered), [], "comments and order restart nothing");
    });

    it("hands registries to containerd, restarts for them, and keeps their passwords from others", async () => {
        const restarted = await restartedByChange((stackFile) => {
            stackFile.setIn(at("k3s", "registries"), { "docker.io": { endpoints: ["https://mirror.example.org"] } });
        });
        assert.deepEqual(restarted, ["laptop-a", "laptop-b"]);
        for (const laptop of laptops) {
            assert.equal(
                await fileOf(laptop, "/etc/rancher/k3s/registries.yaml"),
                "# Managed by onprem-blog\nmirrors:\n  docker.io:\n    endpoint:\n      - https://mirror.example.org\n",
            );
            const { stdout: mode } = await lab.exec(laptop, "stat -c %a /etc/rancher/k3s/registries.yaml");
            assert.equal(mode.trim(), "600");
        }
        assert.deepEqual(await restartedByChange(), ["laptop-a", "laptop-b"]);
        await lab.exec("laptop-a", "test ! -e /etc/rancher/k3s/registries.yaml");
    });

    it("renews the certificates of k3s, and nobody's access ends", async () => {
        const serials = () =>
            Promise.all(
                laptops.map(
                    async (laptop) =>
                        (
                            await lab.exec(
                                laptop,
                                "openssl x509 -noout -serial -in /var/lib/rancher/k3s/agent/client-kubelet.crt",
                            )
                        ).stdout,
                ),
            );
        const authority = () => fileOf("laptop-a", "/var/lib/rancher/k3s/server/tls/server-ca.crt");
        const before = { serials: await serials(), authority: await authority() };
        const restarted = await restartedByChange((stackFile) => {
            stackFile.setIn(at("k3s", "certificateRenewal"), 2);
        });
        const after = await serials();
        assert.deepEqual(restarted, ["laptop-a", "laptop-b"]);
        laptops.forEach((laptop, index) => {
            assert.notEqual(after[index], before.serials[index], laptop);
        });
        assert.equal(await authority(), before.authority);
        assert.ok([...(await nodes()).values()].every(isReady));
        const { result } = await runHere((stackFile) => {
            stackFile.setIn(at("k3s", "certificateRenewal"), 2);
        });
        assert.deepEqual(result.errors, []);
        assert.equal(result.counts.changed, 0);
    });

    it("renews the agents' join token", async () => {
        const token = () => fileOf("laptop-b", "/etc/rancher/k3s/config.yaml | grep ^token:");
        const before = await token();
        assert.deepEqual(await restartedByChange(renewals), ["laptop-a", "laptop-b"]);
        assert.notEqual(await token(), before);
        assert.ok([...(await nodes()).values()].every(isReady));
    });

    describe("of who gets in", () => {
        let folder: string;
        this.beforeAll(() => {
            folder = mkdtempSync(path.join(tmpdir(), "onprem-blog-"));
        });
        this.afterAll(() => {
            rmSync(folder, { recursive: true, force: true });
        });

        it("a new SSH key of the operator's, then without the old one", async () => {
            const key = path.join(folder, "id_ed25519");
            execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
            for (const laptop of laptops) {
                await lab.exec(
                    laptop,
                    "cp -p ~operator/.ssh/authorized_keys /root/; cat > /root/new-key; cat /root/new-key > ~operator/.ssh/authorized_keys",
                    { input: readFileSync(`${key}.pub`, "utf8") },
                );
            }
            try {
                const restarted = await restartedByChange((stackFile) => {
                    renewals(stackFile);
                    stackFile.setIn(at("ssh", "privateKeyFile"), key);
                });
                assert.deepEqual(restarted, []);
                assertFault(await run("old-key", await previousK3s(renewals)), "login refused with the key SHA256:");
            } finally {
                for (const laptop of laptops) {
                    await lab.exec(laptop, "cp -p /root/authorized_keys ~operator/.ssh/authorized_keys");
                }
            }
        });

        it("a new host key of the same laptop, which stays the node it is", async () => {
            const { status } = (await nodes()).get("laptop-b")!;
            await lab.exec(
                "laptop-b",
                "cp -p /etc/ssh/ssh_host_ed25519_key /etc/ssh/ssh_host_ed25519_key.pub /root/; rm /etc/ssh/ssh_host_ed25519_key*; ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key; systemctl restart ssh",
            );
            try {
                assertFault(await runHere(renewals), "the host key is not the pinned one");
                const hostKey = (await fileOf("laptop-b", "/etc/ssh/ssh_host_ed25519_key.pub")).split(" ");
                const restarted = await restartedByChange((stackFile) => {
                    renewals(stackFile);
                    stackFile.setIn(at("laptops", 1, "hostKey"), `${hostKey[0]} ${hostKey[1]}`);
                });
                assert.deepEqual(restarted, []);
                assert.equal((await nodes()).get("laptop-b")?.status.nodeInfo.machineID, status.nodeInfo.machineID);
            } finally {
                await lab.exec("laptop-b", "mv /root/ssh_host_ed25519_key* /etc/ssh/; systemctl restart ssh");
            }
        });
    });

    it("refuses a stack file with faults, all at once, and dials no laptop", async () => {
        const before = await Promise.all(laptops.map(hostState));
        const logins = () =>
            Promise.all(
                laptops.map(
                    async (laptop) => (await lab.exec(laptop, "journalctl -u ssh --no-pager -o cat | wc -l")).stdout,
                ),
            );
        const loginsBefore = await logins();
        const restarted = await restartedBy(laptops, async () => {
            const { result } = await runHere((stackFile) => {
                renewals(stackFile);
                stackFile.setIn(at("k3s", "drainTimeoutSecond"), 60);
                stackFile.setIn(at("k3s", "timeoutSeconds"), "soon");
                stackFile.setIn(at("laptops", 0, "role"), "agent");
            });
            const message = result.errors.join("\n");
            for (const line of [
                "laptops: found no laptop with role server; wanted at least one",
                'k3s.timeoutSeconds: found "soon"; wanted a whole number from 60 to 7200',
                'k3s.drainTimeoutSecond: found an unknown key; wanted a key of k3s. Did you mean "drainTimeoutSeconds"?',
            ]) {
                assert.ok(message.includes(line), `wanted: ${line}\nfound: ${message}`);
            }
        });
        assert.deepEqual(restarted, []);
        assert.deepEqual(await Promise.all(laptops.map(hostState)), before);
        assert.deepEqual(await logins(), loginsBefore);
    });
});
