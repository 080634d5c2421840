import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheRoot, clearOldVersions, touch } from "../../../lab/artifacts/cache";

describe("the cache", () => {
    let folder: string;
    let before: string | undefined;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "cache-"));
        before = process.env.ONPREM_BLOG_CACHE;
        process.env.ONPREM_BLOG_CACHE = folder;
    });

    afterEach(() => {
        if (before === undefined) {
            delete process.env.ONPREM_BLOG_CACHE;
        } else {
            process.env.ONPREM_BLOG_CACHE = before;
        }
        rmSync(folder, { recursive: true });
    });

    for (const [environment, root] of [
        [{ ONPREM_BLOG_CACHE: "/c", XDG_CACHE_HOME: "/x" }, "/c"],
        [{ XDG_CACHE_HOME: "/x" }, "/x/onprem-blog"],
    ] as const) {
        it(`is in ${root}`, () => {
            assert.equal(cacheRoot(environment), root);
        });
    }

    it("keeps the three versions of an artifact that were used last, and every other artifact", () => {
        const make = (name: string, secondsAgo: number): string => {
            const path = join(folder, "artifacts", name);
            mkdirSync(path, { recursive: true });
            utimesSync(path, Date.now() / 1000 - secondsAgo, Date.now() / 1000 - secondsAgo);
            return path;
        };
        const oldest = make("k3s-0000000000000001", 400);
        make("k3s-0000000000000002", 300);
        make("k3s-0000000000000003", 200);
        make("k3s-0000000000000004", 100);
        make("k3s-more-0000000000000005", 500);
        touch(oldest);
        clearOldVersions("k3s");
        assert.deepEqual(readdirSync(join(folder, "artifacts")).sort(), [
            "k3s-0000000000000001",
            "k3s-0000000000000003",
            "k3s-0000000000000004",
            "k3s-more-0000000000000005",
        ]);
    });
});
