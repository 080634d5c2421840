import assert from "node:assert/strict";

import { fetchFrom } from "../../lab/hello";
import { runAndInterrupt, type Interruption } from "./interruptions";
import { assertOk, isReady, lab, nodes, restartedBy, run, until, writeStackFile } from "./support";

const laptops = ["laptop-a", "laptop-b"] as const;
const stack = "interrupted";

/** One installation on the bare laptops that 7-removal left, cut off again and again. */
const table: readonly Interruption[] = [
    { step: "prepare", laptop: "laptop-b", by: "SIGINT to the program" },
    { step: "stage k3s", laptop: "laptop-a", by: "SIGKILL to the program" },
    { step: "install k3s", laptop: "laptop-a", by: "SIGKILL to the remote shell" },
    { step: "install k3s", laptop: "laptop-a", by: "a reboot" },
    { step: "install k3s", laptop: "laptop-b", by: "SIGKILL to sshd" },
    { step: "install k3s", laptop: "laptop-b", by: "a reboot", to: "laptop-a" },
];

describe("a run that is cut off", function () {
    this.timeout(600_000);

    before(() => {
        writeStackFile(stack);
    });

    for (const interruption of table) {
        const { laptop, step, by, to = laptop } = interruption;
        it(`in "${step}" on ${laptop}, by ${by}${to === laptop ? "" : ` of ${to}`}`, async () => {
            const wasCutOff = await runAndInterrupt(stack, interruption);
            assert.ok(wasCutOff || by === "a reboot", "the run was to be cut off");
        });
    }

    it("is finished by the next one, as if nothing had happened", async () => {
        assertOk(await run(stack));
        assert.ok([...(await nodes()).values()].every(isReady));
        await until("the page", 60, async () => {
            return (await fetchFrom(lab.laptop("laptop-a").address, "http://hello.lab.test/", 2)).status === 200;
        });
        const restarted = await restartedBy(laptops, async () => {
            const again = await run(stack);
            assertOk(again);
            assert.equal(again.result.counts.changed + again.result.counts.created, 0);
        });
        assert.deepEqual(restarted, []);
        for (const laptop of laptops) {
            const { stdout } = await lab.exec(
                laptop,
                "find /usr/local /etc /var/lib/onprem-blog /home /var/lib/rancher/k3s/onprem-blog -name '*.part*' -o -name 'k3s-staged' -o -name 'k3s-previous' -o -name k3s.restart -o -name 'onprem-blog-*-v*' -o -name '*.yaml.??????' -o -name '*.service.??????'",
            );
            assert.equal(stdout, "", laptop);
        }
    });
});
