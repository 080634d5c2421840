import { strict as assert } from "node:assert";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../../../lab/artifacts/build";

describe("build", () => {
    let folder: string;
    let cache: string | undefined;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "artifact-"));
        cache = process.env.ONPREM_BLOG_CACHE;
        process.env.ONPREM_BLOG_CACHE = join(folder, "cache");
        mkdirSync(join(folder, "source"));
        mkdirSync(join(folder, "artifacts"));
    });

    afterEach(() => {
        if (cache === undefined) {
            delete process.env.ONPREM_BLOG_CACHE;
        } else {
            process.env.ONPREM_BLOG_CACHE = cache;
        }
        rmSync(folder, { recursive: true });
    });

    function script(text: string): { name: string; source: string; target: string; environment: NodeJS.ProcessEnv } {
        const path = join(folder, "source", "build.sh");
        writeFileSync(path, `#!/bin/bash\nset -eu\n${text}\n`);
        chmodSync(path, 0o755);
        const target = join(folder, "artifacts", "thing-0123");
        return { name: "thing", source: join(folder, "source"), target, environment: process.env };
    }

    it("builds once, also when asked twice at once", async () => {
        const thing = script(`echo run >> "${folder}/runs"; sleep 0.3; echo content > "$1/file"`);
        await Promise.all([build(thing), build(thing)]);
        assert.equal(readFileSync(join(thing.target, "file"), "utf8"), "content\n");
        assert.equal(readFileSync(join(folder, "runs"), "utf8"), "run\n");
    });

    it("leaves no artifact after a failure, and shows the log's end", async () => {
        const thing = script('echo half > "$1/file"; echo "the reason" >&2; exit 3');
        await assert.rejects(
            build(thing),
            /artifact thing: build\.sh ended with 3; the end of .*thing\.log:\nthe reason$/,
        );
        assert.ok(!readdirSync(join(folder, "artifacts")).includes("thing-0123"));
    });

    it("throws away what an interrupted build left", async () => {
        const left = join(folder, "artifacts", ".building-thing-0123");
        mkdirSync(left);
        writeFileSync(join(left, "half"), "");
        const thing = script('echo content > "$1/file"');
        await build(thing);
        assert.deepEqual(readdirSync(thing.target), ["file"]);
    });

    it("names a build.sh that is not there", async () => {
        const thing = {
            name: "thing",
            source: join(folder, "none"),
            target: join(folder, "artifacts", "x"),
            environment: {},
        };
        await assert.rejects(build(thing), /artifact thing: .*none\/build\.sh does not exist/);
    });
});
