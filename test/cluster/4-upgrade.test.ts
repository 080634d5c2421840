import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { askSteadily, workloadUrl } from "../../lab/load";
import {
    assertFault,
    assertOk,
    at,
    isReady,
    lab,
    literal,
    nodes,
    previousK3s,
    previousRelease,
    renewals,
    restartedBy,
    run,
    stack,
    startedAt,
    until,
    type Change,
} from "./support";

const laptops = ["laptop-a", "laptop-b"] as const;

/** Of the cluster that 2-install made with the older k3s. */
describe("an upgrade of k3s", function () {
    this.timeout(600_000);

    let folder: string;
    let older: string;
    const newer = () =>
        lab.presentK3s().then(({ version }) => version ?? assert.fail("the present k3s has no version"));
    const versions = async () =>
        Object.fromEntries([...(await nodes())].map(([name, node]) => [name, node.status.nodeInfo.kubeletVersion]));
    const schedulable = async () => [...(await nodes()).values()].every(({ spec }) => spec.unschedulable !== true);

    this.beforeAll(async () => {
        folder = mkdtempSync(path.join(tmpdir(), "onprem-blog-"));
        older = (await previousRelease()).version ?? assert.fail("the older k3s has no version");
        await lab.kubectl(["apply", "--server-side", "--filename", "-"], {
            input: readFileSync(path.join(__dirname, "../../lab/workload.yaml"), "utf8"),
        });
        await lab.kubectl(["rollout", "status", "deployment/workload", "--timeout=120s"]);
    });
    this.afterAll(() => {
        rmSync(folder, { recursive: true, force: true });
    });

    /** A k3s that says it's this version and does what the script says. */
    function fakeK3s(version: string, script: string): Change {
        const file = path.join(folder, "k3s");
        writeFileSync(
            file,
            `#!/bin/sh\ncase "$1" in --version) echo "k3s version ${version} (fake)"; exit ;; esac\n${script}\n`,
        );
        const sha256 = createHash("sha256").update(readFileSync(file)).digest("hex");
        return (stackFile) => {
            renewals(stackFile);
            stackFile.setIn(at("k3s", "version"), version);
            stackFile.setIn(at("k3s", "binary"), { source: "file", path: file, sha256: { amd64: sha256 } });
        };
    }

    it("isn't begun for a step back, or for more than one minor version at once", async () => {
        const restarted = await restartedBy(laptops, async () => {
            const back = await run("upgrade-back", fakeK3s("v1.34.9+k3s1", "exit 1"));
            assertFault(
                back,
                `laptop-a: k3s ${older} is installed and k3s.version asks for the older v1.34.9+k3s1; Kubernetes can't go back: set k3s.version to ${older} or newer`,
            );
            const jump = await run("upgrade-jump", fakeK3s("v1.37.2+k3s1", "exit 1"));
            assertFault(
                jump,
                `laptop-b: k3s ${older} is installed and k3s.version asks for v1.37.2+k3s1, more than one minor version ahead; go to v1.36 first`,
            );
        });
        assert.deepEqual(restarted, []);
    });

    it("isn't begun with a binary that calls itself something else", async () => {
        const wanted = await newer();
        const restarted = await restartedBy(laptops, async () => {
            const misnamed = fakeK3s("v1.36.0+k3s1", "exit 1");
            const outcome = await run("upgrade-misnamed", (stackFile) => {
                misnamed(stackFile);
                stackFile.setIn(at("k3s", "version"), wanted);
            });
            assertFault(
                outcome,
                `laptop-b: stage k3s: k3s ${wanted} calls itself v1.36.0+k3s1; wanted: ${wanted}; nothing was installed: check k3s.version and the sha256 in the settings`,
            );
        });
        assert.deepEqual(restarted, []);
        assert.deepEqual(await versions(), { "laptop-a": older, "laptop-b": older });
    });

    it("isn't begun where a PodDisruptionBudget lets no pod go, and names it", async () => {
        const wanted = await newer();
        await lab.kubectl(["apply", "--server-side", "--filename", "-"], {
            input: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: stubborn, namespace: default }
spec:
  replicas: 1
  selector: { matchLabels: { app: stubborn } }
  template:
    metadata: { labels: { app: stubborn } }
    spec:
      nodeSelector: { kubernetes.io/hostname: laptop-a }
      terminationGracePeriodSeconds: 1
      containers:
        - { name: sleep, image: "docker.io/rancher/mirrored-library-busybox:1.37.0", command: [sleep, infinity] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: stubborn, namespace: default }
spec: { minAvailable: 1, selector: { matchLabels: { app: stubborn } } }
`,
        });
        await lab.kubectl(["rollout", "status", "deployment/stubborn", "--timeout=60s"]);
        try {
            const restarted = await restartedBy(laptops, async () => {
                const outcome = await run("upgrade-blocked", (stackFile) => {
                    renewals(stackFile);
                    stackFile.setIn(at("k3s", "drainTimeoutSeconds"), 15);
                });
                const message = outcome.result.errors.join("\n");
                assert.match(
                    message,
                    new RegExp(
                        `laptop-a: drain laptop-a: laptop-a can't be emptied for its upgrade from ${literal(older)} to ${literal(wanted)} within 15 s; in the way:\n` +
                            "  - default/stubborn-[a-z0-9-]+ may not be evicted: PodDisruptionBudget stubborn \\(1 of 1 healthy, 1 wanted\\)\n" +
                            `laptop-a takes pods as before, and still runs ${literal(older)}\\. Give the workload a replica elsewhere or loosen its PodDisruptionBudget, or raise k3s\\.drainTimeoutSeconds; then run again`,
                    ),
                );
            });
            assert.deepEqual(restarted, []);
            assert.ok(await schedulable());
        } finally {
            await lab.kubectl(["delete", "deployment/stubborn", "poddisruptionbudget/stubborn"]);
        }
    });

    it("that fails leaves a way back, and its message is one", async () => {
        const wanted = await newer();
        // Runs what it's asked, and never becomes a server.
        const outcome = await run(
            stack,
            fakeK3s(
                wanted,
                '[ "$1" != server ] || { echo "level=fatal msg=\\"this k3s is broken\\""; exit 1; }\nexec /usr/local/bin/k3s-previous "$@"',
            ),
        );
        const message = outcome.result.errors.join("\n");
        assert.match(message, /laptop-a: install k3s: k3s ends again and again; its last log lines:\n/);
        assert.match(message, /level=fatal msg="this k3s is broken"/);
        const advice = new RegExp(
            `k3s was being upgraded from ${literal(older)} to ${literal(wanted)}\\. To go on: correct the cause and run again\\. To go back: (.*); then set k3s\\.version to ${literal(older)}`,
        ).exec(message);
        assert.ok(advice?.[1] !== undefined, message);
        // Pasted as it is; root's own sudo asks for nothing.
        await lab.exec("laptop-a", advice[1]);
        assertOk(await run(stack, await previousK3s(renewals)));
        assert.deepEqual(await versions(), { "laptop-a": older, "laptop-b": older });
        assert.ok(await schedulable(), "the node was to take pods again");
        await lab.kubectl(["get", "deployment/workload"]);
    });

    it("is one changed line, under readers who notice nothing", async () => {
        const wanted = await newer();
        await lab.kubectl(["rollout", "status", "deployment/workload", "--timeout=120s"]);
        const order: string[] = [];
        const before = await Promise.all(laptops.map(startedAt));
        const stop = askSteadily(
            laptops.map((laptop) => lab.laptop(laptop).address),
            workloadUrl,
            50,
        );
        const outcome = await run(stack, renewals);
        const { requests, failures } = await stop();
        assertOk(outcome);
        for (const { name, type, status } of outcome.result.resources) {
            if (type === "command:remote:Command" && status === "changed") {
                order.push(name);
            }
        }
        assert.deepEqual(await versions(), { "laptop-a": wanted, "laptop-b": wanted });
        assert.ok(await schedulable());
        const after = await Promise.all(laptops.map(startedAt));
        laptops.forEach((laptop, index) => {
            assert.notEqual(after[index], before[index], laptop);
        });
        assert.deepEqual(
            order.filter((name) => /^(drain|k3s|node)-/.test(name)),
            ["drain-laptop-a", "k3s-laptop-a", "node-laptop-a", "drain-laptop-b", "k3s-laptop-b", "node-laptop-b"],
        );
        assert.ok(requests > 500, `${requests} requests`);
        assert.deepEqual(failures, []);
    });

    it("kept the datastore of before, for root alone, and nothing else", async () => {
        const { stdout } = await lab.exec(
            "laptop-a",
            "cd /var/lib/rancher/k3s/onprem-blog/snapshots && stat -c '%a %n' * && tar -tzf $(ls | tail -n 1) | grep -c -e ^server/db/state.db$ -e ^server/token$ -e ^onprem-blog/node-password$; ls /usr/local/bin; ls -A /home/operator",
        );
        assert.match(stdout, new RegExp(`^600 ${literal(older)}-\\d{8}T\\d{6}Z\\.tar\\.gz$`, "m"));
        assert.match(stdout, /^3$/m);
        assert.doesNotMatch(stdout, /k3s-(staged|previous)|onprem-blog-binary/);
    });

    it("once done, changes nothing when run again", async () => {
        const restarted = await restartedBy(laptops, async () => {
            const again = await run(stack, renewals);
            assertOk(again);
            assert.equal(again.result.counts.changed, 0);
        });
        assert.deepEqual(restarted, []);
        await until("the workload on both laptops", 60, async () => {
            const { stdout } = await lab.kubectl([
                "get",
                "deployment/workload",
                "--output",
                "jsonpath={.status.readyReplicas}",
            ]);
            return stdout === "2";
        });
        assert.ok([...(await nodes()).values()].every(isReady));
    });
});
