import assert from "node:assert/strict";

import { countsOf } from "../counts";

describe("the closing line of a runner", () => {
    it("is the last one, among whatever else was printed", () => {
        const output = "1 passed, 2 failed, 3 skipped\nmore\n10 passed, 0 failed, 1 skipped\n\n";
        assert.deepEqual(countsOf(output), { passed: 10, failed: 0, skipped: 1 });
    });

    it("is missing where a runner was ended", () => {
        assert.equal(countsOf("✓ one test\n 9 passed, 0 failed, 0 skipped, it said"), undefined);
    });
});
