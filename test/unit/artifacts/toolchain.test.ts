import { strict as assert } from "node:assert";
import { compareGo, requiredGo } from "../../../lab/artifacts/toolchain";

describe("requiredGo", () => {
    for (const [goMod, version] of [
        ["module m\n\ngo 1.26.5\n\nrequire x v1.27.0\n", "1.26.5"],
        ["module m\n\ngo 1.26\n", "1.26"],
        ["module m\n", undefined],
    ] as const) {
        it(`finds ${String(version)}`, () => {
            assert.equal(requiredGo(goMod), version);
        });
    }
});

describe("compareGo", () => {
    for (const [a, b, sign] of [
        ["1.26.8", "1.26.5", 1],
        ["1.26", "1.26.0", 0],
        ["1.9", "1.26", -1],
        ["1.26.10", "1.26.9", 1],
        ["2", "1.99", 1],
    ] as const) {
        it(`${a} to ${b} is ${sign}`, () => {
            assert.equal(Math.sign(compareGo(a, b)), sign);
        });
    }
});
