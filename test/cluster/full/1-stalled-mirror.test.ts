import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { assertFault, at, lab, run } from "../support";

/** Beside 1-files, for the 40 seconds that it's given. */
describe("a mirror that sends nothing", function () {
    this.timeout(300_000);

    it("counts as gone after twice 20 seconds", async () => {
        await lab.prepare();
        const mirror = createServer((_, response) => {
            response.writeHead(200, { "content-length": "2000" }).flushHeaders();
        }).listen(0, "0.0.0.0");
        await once(mirror, "listening");
        const gateway = lab.laptop("laptop-a").address.replace(/\d+$/, "1");
        const url = `http://${gateway}:${(mirror.address() as AddressInfo).port}`;
        try {
            const outcome = await run("stalled-mirror", (stackFile) => {
                stackFile.setIn(at("k3s", "binary"), { source: "mirror", url, sha256: { amd64: "0".repeat(64) } });
                stackFile.setIn(at("k3s", "airgapImages"), { source: "none" });
            });
            assertFault(
                outcome,
                "Operation too slow. Less than 1024 bytes/sec transferred the last 20 seconds; nothing was installed",
            );
        } finally {
            mirror.closeAllConnections();
            mirror.close();
        }
    });
});
