import assert from "node:assert/strict";
import { formatFault, formatFaults } from "../../../stacks/settings/fault";
import { fixtures, parse, readFixture } from "./fixture";

describe("stack file fixtures", function () {
    this.timeout(20_000);
    it("are many", () => {
        assert.ok(fixtures("valid").length >= 12);
        assert.ok(fixtures("invalid").length >= 30);
    });

    describe("valid", () => {
        for (const name of fixtures("valid")) {
            it(name, () => {
                const result = parse(readFixture("valid", name));
                assert.ok(result.ok, result.ok ? "" : formatFaults(result.faults, name));
            });
        }
    });

    describe("invalid: one fault each, and for its own reason", () => {
        for (const name of fixtures("invalid")) {
            it(name, () => {
                const text = readFixture("invalid", name);
                const expected = /^# error: (.*)$/m.exec(text)?.[1];
                const result = parse(text);
                assert.deepEqual(result.ok ? [] : result.faults.map(formatFault), [expected]);
            });
        }
    });

    it("no fault shows a secret", () => {
        const secrets = /hunter2|guessed|superfluous|opens the key|a-long-server-token|user:password/;
        for (const name of fixtures("invalid")) {
            const result = parse(readFixture("invalid", name));
            assert.ok(!result.ok);
            assert.doesNotMatch(formatFaults(result.faults, name), secrets, name);
        }
    });
});
