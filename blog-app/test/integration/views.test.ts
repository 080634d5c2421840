import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Redis } from "ioredis";

import { openDatabase, type Database } from "../../src/data/database";
import { openRedis } from "../../src/data/redis";
import { createViews, isProgram, type Views } from "../../src/reader/views";
import type { ApiError } from "../../src/server/api-error";
import type { Env } from "../../src/server/env";
import { createLog } from "../../src/server/log";
import { freshEnvironment } from "../support/app";
import { storePost } from "../support/posts";

const userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const log = createLog("error");
let env: Env;
let database: Database;
let redis: Redis;
let post: { id: number; slug: string };
let time = new Date();
let views: Views;
let other: Views;

beforeAll(async () => {
    // A secret of its own: Redis is shared with other files.
    ({ env } = await freshEnvironment());
    database = openDatabase(env);
    redis = openRedis(env.REDIS_URL!, log);
    await redis.ping().catch(() => new Promise((resolve) => redis.once("ready", resolve)));
});
afterAll(async () => {
    redis.disconnect();
    await database.close();
});
beforeEach(async () => {
    // Post ids begin anew in each test file's database, and with them what Redis counts under them.
    await redis.flushdb();
    time = new Date("2026-03-01T12:00:00Z");
    const now = () => time;
    views = createViews({ database, redis, env, log, now });
    other = createViews({ database, redis, env, log, now });
    post = await storePost(database, { title: "A post" }, { now: new Date("2026-01-01T00:00:00Z") });
});

const stored = async () => {
    const [rows] = await database.pool.query("SELECT day, views FROM post_view WHERE post_id = ? ORDER BY day", [
        post.id,
    ]);
    return (rows as { day: Date; views: number }[]).map((row) => row.views);
};
const count = async (by: Views, ip: string) => (await by.count(post.slug, { ip, userAgent }))?.views;

describe("views", () => {
    it("count a reader once a day, whichever replica is asked", async () => {
        expect(await count(views, "192.0.2.1")).toBe(1);
        expect(await count(other, "192.0.2.1")).toBe(1);
        expect(await count(other, "192.0.2.2")).toBe(2);
        time = new Date("2026-03-02T12:00:00Z");
        expect(await count(views, "192.0.2.1")).toBe(3);
        await views.flush();
        expect(await stored()).toEqual([2, 1]);
        expect(await count(views, "192.0.2.1")).toBe(3);
    });

    it("keep neither the reader's address nor the browser", async () => {
        await count(views, "192.0.2.77");
        const kept = [];
        for (const key of await redis.keys("*")) {
            kept.push(
                key,
                (await redis.type(key)) === "hash" ? JSON.stringify(await redis.hgetall(key)) : await redis.get(key),
            );
        }
        expect(kept.join("\n")).toContain("{blog:views}:seen:");
        expect(kept.join("\n")).not.toMatch(/192\.0\.2|Mozilla|Firefox/);
        for (const key of await redis.keys("*seen*")) expect(await redis.ttl(key)).toBeGreaterThan(86_000);
    });

    it("are neither lost nor doubled while several replicas flush at once and readers go on", async () => {
        const replicas = Array.from({ length: 4 }, () => createViews({ database, redis, env, log, now: () => time }));
        let flushed = 0;
        const readers = Array.from({ length: 200 }, (_, number) =>
            count(replicas[number % 4]!, `198.51.100.${String(number)}`),
        );
        for (let round = 0; round < 10; round++) {
            const all = await Promise.all(replicas.map((replica) => replica.flush()));
            flushed += all.reduce((sum, one) => sum + one.views, 0);
        }
        await Promise.all(readers);
        flushed += (await views.flush()).views;
        expect(flushed).toBe(200);
        expect(await stored()).toEqual([200]);
        expect(await redis.keys("{blog:views}:batch*")).toEqual([]);
        expect((await views.flush()).views).toBe(0);
    });

    it("of a flush that was cut off after the database had them are added once", async () => {
        await count(views, "192.0.2.1");
        await count(views, "192.0.2.2");
        const cutOff = Object.create(redis, { del: { value: () => Promise.reject(new Error("cut off")) } }) as Redis;
        await expect(createViews({ database, redis: cutOff, env, log, now: () => time }).flush()).rejects.toThrow(
            "cut off",
        );
        expect(await stored()).toEqual([2]);
        expect(await redis.keys("{blog:views}:batch:*")).toHaveLength(1);
        await views.flush();
        expect(await stored()).toEqual([2]);
        expect(await redis.keys("{blog:views}:batch*")).toEqual([]);
    });

    it("of a flush that was cut off before the database had them are added by the next", async () => {
        await count(views, "192.0.2.1");
        const down = Object.create(database, {
            query: { value: { transaction: () => Promise.reject(new Error("down")) } },
        }) as Database;
        await expect(createViews({ database: down, redis, env, log, now: () => time }).flush()).rejects.toThrow("down");
        expect(await stored()).toEqual([]);
        expect((await other.flush()).views).toBe(1);
        expect(await stored()).toEqual([1]);
    });

    it("are counted in memory while Redis is away, and reach the database", async () => {
        const away = openRedis("redis://127.0.0.1:1", log);
        const alone = createViews({ database, redis: away, env, log, now: () => time });
        expect(await count(alone, "192.0.2.1")).toBe(1);
        expect(await count(alone, "192.0.2.1")).toBe(1);
        expect(await count(alone, "192.0.2.2")).toBe(2);
        expect((await alone.flush()).views).toBe(2);
        expect(await stored()).toEqual([2]);
        expect(await count(alone, "192.0.2.2")).toBe(2);
        away.disconnect();
    });

    it("of a post that was purged meanwhile hold nothing up", async () => {
        await count(views, "192.0.2.1");
        const second = await storePost(database, { title: "Second" }, { now: new Date("2026-01-01T00:00:00Z") });
        await views.count(second.slug, { ip: "192.0.2.1", userAgent });
        await database.pool.query("DELETE FROM post WHERE id = ?", [second.id]);
        expect((await views.flush()).views).toBe(1);
        expect(await stored()).toEqual([1]);
    });

    it("refuse a client that asks without end", async () => {
        for (let number = 0; number < 60; number++) await count(views, "192.0.2.9");
        const refused = await count(views, "192.0.2.9").then(
            () => undefined,
            (error: unknown) => error as ApiError,
        );
        expect(refused).toMatchObject({ name: "ApiError", status: 429 });
        expect(Number(refused?.details.headers?.["retry-after"])).toBeGreaterThan(0);
        expect(await count(views, "192.0.2.10")).toBe(2);
    });

    it("are of published posts only", async () => {
        const draft = await storePost(database, { title: "A draft", status: "draft" });
        expect(await views.count(draft.slug, { ip: "192.0.2.1", userAgent })).toBeUndefined();
        expect(await views.count("nothing", { ip: "192.0.2.1", userAgent })).toBeUndefined();
    });
});

it.each([
    ["Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", true],
    ["Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0) Chrome/116 Safari/537.36", true],
    ["Mozilla/5.0 (compatible; Yeti/1.1; +https://naver.me/spd)", true],
    ["facebookexternalhit/1.1", true],
    ["Mozilla/5.0 HeadlessChrome/140.0.0.0", true],
    ["curl/8.5.0", true],
    ["", true],
    [userAgent, false],
    [
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1",
        false,
    ],
    [
        "Mozilla/5.0 (Linux; Android 16; SM-S931N) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36 KAKAOTALK 25.1.0",
        false,
    ],
    ["Mozilla/5.0 (Linux; Android 16; CUBOT X70) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36", false],
])("%j is a program: %s", (agent, program) => {
    expect(isProgram(agent)).toBe(program);
});
