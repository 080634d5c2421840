import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import { fetchFrom } from "../../lab/hello";
import { workloadUrl } from "../../lab/load";
import { isReady, lab, nodes, until } from "./support";

const laptops = ["laptop-a", "laptop-b"] as const;
/** A node is noticed as gone after 40 s, and a graceful shutdown may take 90 s. */
const seconds = 180;

/** Without anybody's hand and without the internet, which the lab doesn't have. */
describe("a cold boot", function () {
    this.timeout(600_000);

    const answers = async (url: string, laptop: string) =>
        (await fetchFrom(lab.laptop(laptop).address, url, 2)).status === 200;

    async function isBack(): Promise<void> {
        await until("both nodes to be Ready", seconds, async () => {
            const all = [...(await nodes()).values()];
            return all.length === laptops.length && all.every(isReady);
        });
        await until("the page through the ingress", seconds, () => answers("http://hello.lab.test/", "laptop-a"));
        for (const laptop of laptops) {
            await until(`the workload on ${laptop}`, seconds, () => answers(workloadUrl, laptop));
        }
    }

    async function kept(): Promise<string> {
        const { stdout } = await lab.kubectl([
            ...["get", "configmap", "kept", "--ignore-not-found", "--output", "jsonpath={.data.word}"],
        ]);
        return stdout;
    }

    before(async () => {
        await lab.kubectl(["create", "configmap", "kept", "--from-literal=word=before-the-boot"]);
    });
    after(async () => {
        await lab.kubectl(["delete", "configmap", "kept"]);
    });

    it("of both laptops at once, shut down in order", async () => {
        await Promise.all(laptops.map((laptop) => lab.powerOff(laptop)));
        await Promise.all(laptops.map((laptop) => lab.powerOn(laptop)));
        await isBack();
        assert.equal(await kept(), "before-the-boot");
    });

    it("of both after a power cut, the server long after the agent", async () => {
        await Promise.all(laptops.map((laptop) => lab.cutPower(laptop)));
        await lab.powerOn("laptop-b");
        await sleep(30_000);
        await lab.powerOn("laptop-a");
        await isBack();
        assert.equal(await kept(), "before-the-boot");
    });
});
