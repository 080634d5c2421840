import { setTimeout as sleep } from "node:timers/promises";

import { fetchFrom } from "../../../lab/hello";
import { workloadUrl } from "../../../lab/load";
import { isReady, lab, nodes, until } from "../support";

/** What 5-boot has no time for: minutes between the laptops, and one laptop that stays away. */
describe("a slow cold boot", function () {
    this.timeout(900_000);

    const isBack = () =>
        until("both nodes to be Ready, and the page", 240, async () => {
            const all = [...(await nodes()).values()];
            const { address } = lab.laptop("laptop-a");
            return all.every(isReady) && (await fetchFrom(address, "http://hello.lab.test/", 2)).status === 200;
        });

    it("with the agent three minutes after the server", async () => {
        await Promise.all(["laptop-a", "laptop-b"].map((laptop) => lab.cutPower(laptop)));
        await lab.powerOn("laptop-a");
        await sleep(180_000);
        await lab.powerOn("laptop-b");
        await isBack();
    });

    it("with the server three minutes after the agent", async () => {
        await Promise.all(["laptop-a", "laptop-b"].map((laptop) => lab.cutPower(laptop)));
        await lab.powerOn("laptop-b");
        await sleep(180_000);
        await lab.powerOn("laptop-a");
        await isBack();
    });

    it("of the server alone, with the agent away: what can run there does", async () => {
        await Promise.all(["laptop-a", "laptop-b"].map((laptop) => lab.cutPower(laptop)));
        await lab.powerOn("laptop-a");
        await until("the workload on the server", 240, async () => {
            return (await fetchFrom(lab.laptop("laptop-a").address, workloadUrl, 2)).status === 200;
        });
        await lab.powerOn("laptop-b");
        await isBack();
    });
});
