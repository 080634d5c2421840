import assert from "node:assert/strict";

import type { AddedLaptop } from "../../lab/lab";
import { fetchFrom } from "../../lab/hello";
import { workloadUrl } from "../../lab/load";
import {
    assertFault,
    assertOk,
    at,
    hostState,
    isReady,
    lab,
    nodes,
    renewals,
    restartedBy,
    run,
    stack,
    tracesOfK3s,
    until,
    type Change,
} from "./support";

/** A pod that runs on laptop-c wherever that takes pods. */
const guest = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: guest, namespace: default }
spec:
  replicas: 1
  selector: { matchLabels: { app: guest } }
  template:
    metadata: { labels: { app: guest } }
    spec:
      terminationGracePeriodSeconds: 1
      affinity:
        nodeAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 100
              preference: { matchExpressions: [{ key: kubernetes.io/hostname, operator: In, values: [laptop-c] }] }
      containers:
        - { name: sleep, image: "docker.io/rancher/mirrored-library-busybox:1.37.0", command: [sleep, infinity] }
`;

/** Laptops that come and go, beside two that stay. */
describe("a laptop", function () {
    this.timeout(600_000);

    let added: AddedLaptop;
    let bare: string[];
    const stay = ["laptop-a", "laptop-b"] as const;

    const withAdded =
        (settings: Record<string, unknown> = {}): Change =>
        (stackFile) => {
            const { name, address, hostKey } = added;
            stackFile.addIn(
                at("laptops"),
                stackFile.createNode({ name, role: "agent", address, hostKey, ...settings }),
            );
        };
    const runHere = (...changes: Change[]) =>
        run(stack, (stackFile) => {
            [renewals, ...changes].forEach((change) => {
                change(stackFile);
            });
        });
    const allowed: Change = (stackFile) => {
        stackFile.setIn(at("k3s", "allowRemoval"), true);
    };
    const volume = "/var/lib/rancher/k3s/storage/kept";

    before(async () => {
        added = await lab.addLaptop("laptop-c");
        bare = await hostState("laptop-c");
    });

    it("isn't let in with somebody else's token, and the message says why", async () => {
        const dropIn = "/etc/rancher/k3s/config.yaml.d/99-by-hand.yaml";
        await lab.exec("laptop-c", `mkdir -p $(dirname ${dropIn}) && echo 'token: another-token' > ${dropIn}`);
        try {
            const outcome = await runHere(withAdded());
            assert.match(
                outcome.result.errors.join("\n"),
                /laptop-c: install k3s: the server refuses this laptop: .+; look for a token of somebody else's in \/etc\/rancher\/k3s\/config\.yaml\.d, for data of another cluster under \/var\/lib\/rancher\/k3s, and for another machine of the same name; its last log lines:\n/,
            );
            assert.match(
                outcome.said,
                /laptop-c: \/etc\/rancher\/k3s\/config\.yaml\.d\/99-by-hand\.yaml is not of this program/,
            );
        } finally {
            await lab.exec("laptop-c", `rm ${dropIn}`);
        }
    });

    it("is added to a running cluster, which restarts nothing", async () => {
        const restarted = await restartedBy(stay, async () => {
            assertOk(await runHere(withAdded()));
        });
        assert.deepEqual(restarted, []);
        assert.ok(isReady((await nodes()).get("laptop-c")));
        await lab.kubectl(["apply", "--server-side", "--filename", "-"], { input: guest });
        await lab.kubectl(["rollout", "status", "deployment/guest", "--timeout=60s"]);
        assert.equal((await fetchFrom(added.address, workloadUrl)).status, 200);
    });

    it("is taken out in order, when that was allowed, and nothing of k3s is left there but its data", async () => {
        await lab.exec("laptop-c", `mkdir -p ${volume} && echo precious > ${volume}/word`);
        assertOk(await runHere(withAdded(), allowed));
        const restarted = await restartedBy(stay, async () => {
            assertOk(await runHere());
        });
        assert.deepEqual(restarted, []);
        assert.deepEqual([...(await nodes()).keys()].sort(), [...stay]);
        assert.deepEqual(await tracesOfK3s("laptop-c"), []);
        const left = (await hostState("laptop-c")).filter((line) => line !== "rancher" && line !== "k3s");
        assert.deepEqual(
            left,
            bare.filter((line) => line !== "rancher" && line !== "k3s"),
        );
        const { stdout } = await lab.exec("laptop-c", `cat ${volume}/word`);
        assert.equal(stdout, "precious\n");
        await until("the pod that ran there to run elsewhere", 60, async () => {
            const { stdout: ready } = await lab.kubectl([
                ...["get", "deployment/guest", "--output=jsonpath={.status.readyReplicas}"],
            ]);
            return ready === "1";
        });
        await lab.kubectl(["delete", "deployment/guest"]);
    });

    it("comes back with its data, as the node it was", async () => {
        assertOk(await runHere(withAdded()));
        assert.ok(isReady((await nodes()).get("laptop-c")));
        const { stdout } = await lab.exec("laptop-c", `cat ${volume}/word`);
        assert.equal(stdout, "precious\n");
    });

    it("that died stops its removal within a minute, until it's said to be lost", async () => {
        assertOk(await runHere(allowed, withAdded()));
        await lab.cutPower("laptop-c");
        await until("laptop-c to be missed", 90, async () => !isReady((await nodes()).get("laptop-c")));
        const restarted = await restartedBy(stay, async () => {
            const gone = await runHere(allowed);
            assertFault(
                gone,
                `laptop-a: node laptop-c: laptop-c is not Ready, and nothing answers at ${added.address}; switch it on and do this again. If it is gone for good: put it into the settings with lost: true, run pulumi up, then do this again`,
            );
            const lost = await runHere(allowed, withAdded({ lost: true }));
            assertOk(lost);
            assert.deepEqual([...(await nodes()).keys()].sort(), [...stay]);
            const forgotten = await runHere();
            assertOk(forgotten);
            for (const { result } of [gone, lost, forgotten]) {
                assert.ok(result.seconds < 60, `${result.seconds} s`);
            }
        });
        assert.deepEqual(restarted, []);
        await lab.removeLaptop("laptop-c");
    });

    it("is replaced by a new one of the same name", async () => {
        const before = (await nodes()).get("laptop-b")!;
        const hostKey = await lab.replaceLaptop("laptop-b");
        await until("the old laptop-b to be missed", 90, async () => !isReady((await nodes()).get("laptop-b")));
        assertFault(await runHere(), "the host key is not the pinned one");
        const restarted = await restartedBy(["laptop-a"], async () => {
            assertOk(
                await runHere((stackFile) => {
                    stackFile.setIn(at("laptops", 1, "hostKey"), hostKey);
                }),
            );
        });
        assert.deepEqual(restarted, []);
        const now = (await nodes()).get("laptop-b")!;
        assert.ok(isReady(now));
        assert.notEqual(now.status.nodeInfo.machineID, before.status.nodeInfo.machineID);
        // From here on the lab's own stack file knows the new laptop.
        await lab.prepare();
        await until("the page from the new laptop", 120, async () => {
            return (await fetchFrom(lab.laptop("laptop-a").address, "http://hello.lab.test/", 2)).status === 200;
        });
    });
});
