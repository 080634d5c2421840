import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

import { renderPayload, type Payload } from "../../../components/remote/payload";

const base: Payload = {
    host: "laptop-a",
    title: "try a step",
    deadlineSeconds: 20,
    sudoPassword: "",
    inputs: {},
    script: "",
};

/** Runs a payload as sshd would start it: `/bin/bash -s` with everything on stdin. Needs root, as sudo would give. */
function run(payload: Partial<Payload>, argument?: "remove") {
    const args = argument === undefined ? ["-s"] : ["-s", "--", argument];
    const { status, stdout, stderr } = spawnSync("/bin/bash", args, {
        input: renderPayload({ ...base, ...payload }),
        encoding: "utf8",
    });
    return { status, stdout, stderr };
}

describe("payload of a remote step", function () {
    before(function () {
        if (process.getuid?.() !== 0) {
            console.log("      skipped: only root can run a step without sudo");
            this.skip();
        }
    });

    it("runs the script with its inputs and ends with one line of facts", () => {
        const { status, stdout } = run({
            inputs: { word: "a 'quoted' \\ word", list: ["x", "y z"] },
            script: 'fact word "$word"; fact_json count "${#list[@]}"; changed "wrote it"',
        });
        assert.equal(status, 0);
        assert.deepEqual(JSON.parse(stdout), { changes: ["wrote it"], word: "a 'quoted' \\ word", count: 2 });
    });

    it("says unchanged by an empty list of changes", () => {
        assert.deepEqual(JSON.parse(run({ script: "true" }).stdout), { changes: [] });
    });

    it("runs the remove script, and only that, for `remove`", () => {
        const { stdout } = run({ script: "fact did apply", removeScript: "fact did remove" }, "remove");
        assert.deepEqual(JSON.parse(stdout), { changes: [], did: "remove" });
    });

    it("gives the script no stdin to eat", () => {
        assert.deepEqual(JSON.parse(run({ script: 'cat >/dev/null; fact after "still here"' }).stdout), {
            changes: [],
            after: "still here",
        });
    });

    it("runs nothing of a payload that was cut off", () => {
        const whole = renderPayload({ ...base, script: "echo ran >&2; true" });
        for (const part of [0.3, 0.6, 0.9, 0.99]) {
            const { stderr } = spawnSync("/bin/bash", ["-s"], {
                input: whole.slice(0, Math.floor(whole.length * part)),
                encoding: "utf8",
            });
            assert.doesNotMatch(stderr, /^ran$/m);
        }
    });

    it("ends at the first failing command, with its message and no facts", () => {
        const { status, stdout, stderr } = run({ script: 'fail "found x; wanted y"' });
        assert.equal(status, 1);
        assert.equal(stdout, "");
        assert.match(stderr, /^laptop-a: try a step: found x; wanted y$/m);
    });

    it("is ended by the host itself at its deadline, and says so", () => {
        const { status, stderr } = run({ deadlineSeconds: 1, script: "sleep 30" });
        assert.equal(status, 77);
        assert.match(stderr, /^laptop-a: try a step: not done within 1 s, so the host ended it;/m);
    });

    it("escapes what JSON must have escaped", () => {
        const text = 'a "quote", a \\ backslash,\na line\tand a tab';
        assert.deepEqual(JSON.parse(run({ inputs: { text }, script: 'fact text "$text"' }).stdout), {
            changes: [],
            text,
        });
    });

    it("keeps the secrets of its inputs out of the error output", () => {
        const { stderr } = run({ inputs: { token: "canary-4711" }, script: 'false "$token"' });
        assert.doesNotMatch(stderr, /canary/);
    });

    it("refuses a sudo password with a line break", () => {
        assert.throws(
            () => renderPayload({ ...base, sudoPassword: "a\nb" }),
            /sudo password of laptop-a holds a line break/,
        );
    });
});
