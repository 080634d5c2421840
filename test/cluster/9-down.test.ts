import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";

import { run as runCommand } from "../../lab/run";
import { lab } from "./support";

describe("taking the lab away", function () {
    this.timeout(180_000);

    const output = async (...command: string[]) => (await runCommand(command)).stdout;
    const subnet = () => lab.laptop("laptop-a").address.replace(/\d+$/, "");

    it("leaves no container, network, interface, mount, firewall rule or file", async () => {
        assert.ok((await output("ip", "-o", "address")).includes(subnet()), "the laptops' network was to be there");
        const removed = await lab.down();
        assert.ok(removed.length > 0);
        assert.equal(await output("podman", "ps", "--all", "--quiet", "--filter", "label=onprem-blog.lab=test"), "");
        assert.doesNotMatch(await output("podman", "network", "ls"), /onprem-blog-test/);
        assert.ok(!(await output("ip", "-o", "address")).includes(subnet()));
        assert.ok(!readFileSync("/proc/mounts", "utf8").includes(lab.stateDir));
        assert.ok(!(await output("iptables-save")).includes(subnet()));
        assert.ok(!existsSync(lab.stateDir));
    });

    it("has nothing to do the second time", async () => {
        assert.deepEqual(await lab.down(), []);
    });
});
