import assert from "node:assert/strict";
import { lineProgress } from "../../../lab/progress";

describe("lab: progress without a terminal", () => {
    it("says what begins, what it is at, and how long it took", async () => {
        const lines: string[] = [];
        let clock = 0;
        const progress = lineProgress({ write: (text) => lines.push(text) }, () => clock);
        const result = await progress.step("Starting the laptops", (report) => {
            clock += 2500;
            report("laptop-a made");
            return Promise.resolve(42);
        });
        assert.equal(result, 42);
        assert.deepEqual(lines, [
            "[   0.0 s] Starting the laptops\n",
            "[   2.5 s]   laptop-a made\n",
            "[   2.5 s] Starting the laptops: done in 2.5 s\n",
        ]);
    });

    it("says that a step failed, and passes its error on", async () => {
        const lines: string[] = [];
        const progress = lineProgress({ write: (text) => lines.push(text) }, () => 0);
        await assert.rejects(
            progress.step("Building", () => Promise.reject(new Error("no disk"))),
            /no disk/,
        );
        assert.equal(lines.at(-1), "[   0.0 s] Building: failed after 0.0 s\n");
    });
});
