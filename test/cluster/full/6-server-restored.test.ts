import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { fetchFrom } from "../../../lab/hello";
import { workloadUrl } from "../../../lab/load";
import { run as runCommand } from "../../../lab/run";
import { assertOk, at, isReady, lab, nodes, renewals, restartedBy, run, stack, until } from "../support";

/** As docs/how-to/lost-laptop.md says it, on the cluster that 6-laptops left. */
describe("a server that died", function () {
    this.timeout(600_000);

    it("comes back on a new machine from a saved datastore", async () => {
        const how = readFileSync(`${__dirname}/../../../docs/how-to/lost-laptop.md`, "utf8");
        const [, save = ""] = /^ssh -t <user>@<server> '(.*)'$/m.exec(how) ?? [];
        const [, open = ""] = /ssh -t <user>@<address> '(.*)'$/m.exec(how) ?? [];
        assert.match(save, /tar -czf server\.tar\.gz/);
        assert.match(open, /tar -xzf server\.tar\.gz/);
        await lab.kubectl(["create", "configmap", "kept", "--from-literal=word=saved"]);
        const archive = `${lab.stateDir}/server.tar.gz`;
        await lab.exec("laptop-a", `cd /root && ${save}`);
        const container = `onprem-blog-${lab.name}-laptop-a`;
        await runCommand(["podman", "cp", `${container}:/root/server.tar.gz`, archive]);

        const hostKey = await lab.replaceLaptop("laptop-a");
        await runCommand(["podman", "cp", archive, `${container}:/root/server.tar.gz`]);
        await lab.exec("laptop-a", `cd /root && ${open}`);
        const restarted = await restartedBy(["laptop-b"], async () => {
            assertOk(
                await run(stack, (stackFile) => {
                    renewals(stackFile);
                    stackFile.setIn(at("laptops", 0, "hostKey"), hostKey);
                }),
            );
        });
        assert.deepEqual(restarted, []);
        assert.ok([...(await nodes()).values()].every(isReady));
        const { stdout } = await lab.kubectl(["get", "configmap", "kept", "--output", "jsonpath={.data.word}"]);
        assert.equal(stdout, "saved");
        await lab.kubectl(["delete", "configmap", "kept"]);
        await lab.prepare();
        await until("the workload through the new server", 120, async () => {
            return (await fetchFrom(lab.laptop("laptop-a").address, workloadUrl, 2)).status === 200;
        });
    });
});
