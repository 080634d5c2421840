import assert from "node:assert/strict";

import { fetchFrom } from "../../lab/hello";
import { workloadUrl } from "../../lab/load";
import {
    assertFault,
    assertOk,
    at,
    destroyStack,
    hostState,
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

const laptops = ["laptop-a", "laptop-b"] as const;

describe("pulumi destroy", function () {
    this.timeout(600_000);

    const allowed: Change = (stackFile) => {
        renewals(stackFile);
        stackFile.setIn(at("k3s", "allowRemoval"), true);
    };
    const allowedWithData: Change = (stackFile) => {
        allowed(stackFile);
        stackFile.setIn(at("k3s", "removeData"), true);
    };
    const tokenOnDisk = async () => (await lab.exec("laptop-a", "cat /var/lib/rancher/k3s/server/token")).stdout.trim();

    it("is refused without permission, before anything is touched", async () => {
        assertOk(await run(stack, renewals));
        const restarted = await restartedBy(laptops, async () => {
            const outcome = await destroyStack(stack, { excludeProtected: true });
            assertFault(
                outcome,
                "laptop-a: remove the cluster: the cluster is kept: removing it needs permission first. Set k3s.allowRemoval to true (and k3s.removeData to true to lose its data as well), run pulumi up, then: pulumi destroy --exclude-protected (pulumi destroy, where the data goes too)",
            );
            assert.ok(outcome.result.seconds < 60);
        });
        assert.deepEqual(restarted, []);
        assert.equal((await fetchFrom(lab.laptop("laptop-a").address, workloadUrl)).status, 200);
    });

    it("keeps, with permission, what opens the kept data: the token is protected", async () => {
        assertOk(await run(stack, allowed));
        const outcome = await destroyStack(stack);
        assert.equal(outcome.result.ok, false);
        assert.match(
            outcome.result.errors.join("\n"),
            /protected resources would be deleted, so nothing was: .*k3s-token/,
        );
    });

    it("leaves nothing of k3s on the laptops but the data", async () => {
        const token = await tokenOnDisk();
        assertOk(await destroyStack(stack, { excludeProtected: true }));
        for (const laptop of laptops) {
            assert.deepEqual(await tracesOfK3s(laptop), [], laptop);
            const { stdout } = await lab.exec(laptop, "ls -A /var/lib/rancher");
            assert.equal(stdout.trim(), "k3s", laptop);
        }
        assert.equal(await tokenOnDisk(), token);
    });

    it("is undone by the next up: the same data, the same token, the same workloads", async () => {
        const token = await tokenOnDisk();
        assertOk(await run(stack, renewals));
        assert.equal(await tokenOnDisk(), token);
        assert.deepEqual([...(await nodes()).keys()].sort(), [...laptops]);
        await until("the workload that was there before", 120, async () => {
            return (await fetchFrom(lab.laptop("laptop-b").address, workloadUrl, 2)).status === 200;
        });
    });

    it("refuses kept data with another token, before it touches k3s", async () => {
        const restarted = await restartedBy(laptops, async () => {
            const outcome = await run("other-token", renewals);
            assertFault(
                outcome,
                "laptop-a: install k3s: the data under /var/lib/rancher/k3s was written with another server token than the one in the settings; nothing was changed. Give the old one (it is in /var/lib/rancher/k3s/server/token): pulumi config set --secret --path k3s.token; or start anew without that data: sudo mv /var/lib/rancher/k3s /var/lib/rancher/k3s.old",
            );
        });
        assert.deepEqual(restarted, []);
    });

    it("takes the data too when that was allowed, and leaves the laptops as they were", async () => {
        assertOk(await run(stack, allowedWithData));
        assertOk(await destroyStack(stack));
        for (const laptop of laptops) {
            assert.deepEqual(await tracesOfK3s(laptop), [], laptop);
            const state = await hostState(laptop);
            const ours = state.filter((line) => /onprem-blog|k3s|masked.*sleep|sleep\.target masked/.test(line));
            assert.deepEqual(ours, [], laptop);
            const { stdout } = await lab.exec(laptop, "ls -A /var/lib/rancher");
            assert.equal(stdout.trim(), "", laptop);
        }
    });
});
