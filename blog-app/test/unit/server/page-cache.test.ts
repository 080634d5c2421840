import type { Redis } from "ioredis";
import { describe, expect, it, vi } from "vitest";

import { createLog } from "../../../src/server/log";
import { createPageCache, type Rendering } from "../../../src/server/page-cache";

const log = createLog("silent");
const keep = { "content-type": "text/html", "cache-control": "public, s-maxage=60" };

function page(text: string, headers: Record<string, string> = keep, status = 200): Rendering {
    return { status, headers, body: Buffer.from(text) };
}

function cacheWith(version: { current: number | undefined }, redis?: Map<string, Buffer>) {
    const client = redis && {
        getBuffer: (key: string) => Promise.resolve(redis.get(key) ?? null),
        set: (key: string, value: Buffer) => Promise.resolve(void redis.set(key, value)),
    };
    return createPageCache({
        megabytes: 1,
        buildId: "b",
        version: {
            ...version,
            get current() {
                return version.current;
            },
            close: () => undefined,
        },
        redis: client as unknown as Redis | undefined,
        log,
        renderMilliseconds: 50,
    });
}

async function bodyOf(answer: Awaited<ReturnType<ReturnType<typeof createPageCache>["page"]>>): Promise<string> {
    return "page" in answer
        ? `${answer.result}: ${String(await answer.page.identity())}`
        : `not kept: ${String(answer.rendering.body)}`;
}

describe("the page cache", () => {
    it("renders once for all who ask at a time, and keeps it", async () => {
        const cache = cacheWith({ current: 1 });
        const render = vi.fn(() => Promise.resolve(page("one")));
        const answers = await Promise.all([1, 2, 3].map(() => cache.page("/", render)));
        expect(await Promise.all(answers.map(bodyOf))).toEqual(["miss: one", "miss: one", "miss: one"]);
        expect(await bodyOf(await cache.page("/", render))).toBe("hit: one");
        expect(render).toHaveBeenCalledTimes(1);
    });

    it("serves nothing of an earlier version", async () => {
        const version = { current: 1 };
        const cache = cacheWith(version);
        await cache.page("/", () => Promise.resolve(page("one")));
        version.current = 2;
        expect(cache.peek("/")).toBeUndefined();
        expect(await bodyOf(await cache.page("/", () => Promise.resolve(page("two"))))).toBe("miss: two");
    });

    it("keeps a page that a change overtook under the version it was asked at, never under the new one", async () => {
        const version = { current: 1 };
        const cache = cacheWith(version);
        let finish: (rendering: Rendering) => void = () => undefined;
        const slow = cache.page("/", () => new Promise((resolve) => (finish = resolve)));
        await Promise.resolve();
        version.current = 2;
        // Asked after the change: rendered anew, not joined to the one under way.
        const fresh = cache.page("/", () => Promise.resolve(page("new")));
        expect(await bodyOf(await fresh)).toBe("miss: new");
        finish(page("old"));
        await slow;
        expect(await bodyOf(await cache.page("/", () => Promise.resolve(page("newest"))))).not.toContain("old");
    });

    it("shares pages through Redis", async () => {
        const redis = new Map<string, Buffer>();
        await cacheWith({ current: 1 }, redis).page("/", () => Promise.resolve(page("쪽 하나")));
        await new Promise((resolve) => setImmediate(resolve));
        const other = cacheWith({ current: 1 }, redis);
        expect(await bodyOf(await other.page("/", () => Promise.reject(new Error("not wanted"))))).toBe(
            "shared: 쪽 하나",
        );
        expect(await bodyOf(await cacheWith({ current: 2 }, redis).page("/", () => Promise.resolve(page("two"))))).toBe(
            "miss: two",
        );
    });

    it("renders where what Redis holds can't be read", async () => {
        const redis = new Map<string, Buffer>();
        await cacheWith({ current: 1 }, redis).page("/", () => Promise.resolve(page("one")));
        await new Promise((resolve) => setImmediate(resolve));
        for (const key of redis.keys()) redis.set(key, Buffer.from("garbage"));
        expect(await bodyOf(await cacheWith({ current: 1 }, redis).page("/", () => Promise.resolve(page("two"))))).toBe(
            "miss: two",
        );
    });

    it("keeps only what says that it may be kept", async () => {
        const cache = cacheWith({ current: 1 });
        const notFound = () => Promise.resolve(page("gone", { "cache-control": "no-store" }, 404));
        expect(await bodyOf(await cache.page("/x", notFound))).toBe("not kept: gone");
        expect(cache.peek("/x")).toBeUndefined();
    });

    it("answers with the last page there was when none can be made", async () => {
        const version = { current: 1 };
        const cache = cacheWith(version);
        await cache.page("/", () => Promise.resolve(page("one")));
        version.current = 2;
        expect(await bodyOf(await cache.page("/", () => Promise.resolve(page("", {}, 500))))).toBe("stale: one");
        expect(await bodyOf(await cache.page("/", () => Promise.reject(new Error("no database"))))).toBe("stale: one");
        await expect(cache.page("/other", () => Promise.reject(new Error("no database")))).rejects.toThrow(
            "no database",
        );
        // And makes it as soon as it can.
        expect(await bodyOf(await cache.page("/", () => Promise.resolve(page("two"))))).toBe("miss: two");
    });

    it("doesn't wait without end for a page that isn't rendered", async () => {
        const version = { current: 1 };
        const cache = cacheWith(version);
        const never = () => new Promise<Rendering>(() => undefined);
        await expect(cache.page("/", never)).rejects.toThrow("not rendered in 50 ms");
        // And the next to ask doesn't wait for the same.
        await cache.page("/", () => Promise.resolve(page("one")));
        version.current = 2;
        expect(await bodyOf(await cache.page("/", never))).toBe("stale: one");
    });
});
