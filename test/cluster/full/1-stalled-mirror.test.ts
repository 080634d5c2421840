import { fromMirror, startMirror } from "../mirror";
import { assertFault, lab, run } from "../support";

/** Beside 1-files, for the 40 seconds that it's given. */
describe("a mirror that sends nothing", function () {
    this.timeout(300_000);

    it("counts as gone after twice 20 seconds", async () => {
        await lab.prepare();
        const mirror = await startMirror((_, response) => {
            response.writeHead(200, { "content-length": "2000" }).flushHeaders();
        });
        try {
            assertFault(
                await run("stalled-mirror", fromMirror(mirror)),
                "Operation too slow. Less than 1024 bytes/sec transferred the last 20 seconds; nothing was installed",
            );
        } finally {
            mirror.stop();
        }
    });
});
