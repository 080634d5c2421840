import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Bootstrap {
    readonly isInstalled: (folder: string) => boolean;
    readonly nodeIsNewEnough: (version: string) => boolean;
}

const { isInstalled, nodeIsNewEnough } = createRequire(__filename)(
    "../../../blog-app/dev/npm-packages.cjs",
) as Bootstrap;

describe("npm packages of a folder", () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "bootstrap-"))));
    afterEach(() => {
        rmSync(folder, { recursive: true });
    });

    const wanted = {
        "": { name: "root" },
        "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
        "node_modules/b": { version: "1.0.0", integrity: "sha512-b", optional: true },
    };
    const write = (installed?: object) => {
        writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages: wanted }));
        if (installed === undefined) return;
        mkdirSync(join(folder, "node_modules"));
        writeFileSync(join(folder, "node_modules/.package-lock.json"), JSON.stringify({ packages: installed }));
    };
    const required = { "node_modules/a": wanted["node_modules/a"] };
    const all = { ...required, "node_modules/b": wanted["node_modules/b"] };
    const other = { version: "2.0.0", integrity: "sha512-c" };

    const table: [string, object | undefined, boolean][] = [
        ["nothing installed", undefined, false],
        ["everything installed", all, true],
        ["an optional package left out", required, true],
        ["another version", { ...all, "node_modules/a": other }, false],
        ["another version of an optional package", { ...all, "node_modules/b": other }, false],
        ["one that is not wanted", { ...all, "node_modules/c": other }, false],
        ["a required one missing", { "node_modules/b": wanted["node_modules/b"] }, false],
    ];
    for (const [name, installed, answer] of table) {
        it(`${answer ? "takes" : "does not take"} node_modules with ${name}`, () => {
            write(installed);
            assert.equal(isInstalled(folder), answer);
        });
    }

    it("does not take a half-written list", () => {
        write({});
        writeFileSync(join(folder, "node_modules/.package-lock.json"), "{");
        assert.equal(isInstalled(folder), false);
    });

    it("wants Node 20.19", () => {
        assert.deepEqual(["18.20.0", "20.18.3", "20.19.0", "24.0.0"].map(nodeIsNewEnough), [false, false, true, true]);
    });
});
