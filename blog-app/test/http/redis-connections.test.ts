import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";

import { openDatabase } from "../../src/data/database";
import { freshEnvironment, startApp, type App } from "../support/app";
import { storePost } from "../support/posts";
import { get } from "../support/traffic";

let app: App;
let redis: Redis;
beforeAll(async () => {
    const { variables, env } = await freshEnvironment();
    const database = openDatabase(env);
    for (let number = 0; number < 20; number++) await storePost(database, { title: `Post ${String(number)}` });
    await database.close();
    app = await startApp(variables);
    redis = new Redis(variables.REDIS_URL ?? "");
});
afterAll(async () => {
    redis.disconnect();
    await app.stop();
});

async function connections(): Promise<{ clients: number; subscribers: number }> {
    const [, subscribers] = (await redis.call("PUBSUB", "NUMSUB", "blog:site-version")) as [string, number];
    const list = (await redis.call("CLIENT", "LIST")) as string;
    return { clients: list.trim().split("\n").length, subscribers };
}

/** The original added a listener to its one Redis subscriber for each socket, and took none away. */
it("defect 14 of the original: holds the same two connections to Redis, however many readers have come", async () => {
    await get(`${app.url}/`);
    const before = await connections();
    expect(before.subscribers).toBe(1);
    const ask = (number: number) => [
        `${app.url}/post/Post-${String(number % 20)}`,
        `${app.url}/search?q=post+${String(number)}`,
        `${app.url}/feed.json`,
        `${app.url}/nothing/${String(number)}`,
    ];
    for (let number = 0; number < 100; number++) await Promise.all(ask(number).map((url) => get(url)));
    expect(await connections()).toEqual(before);
    expect(app.logs()).not.toContain("MaxListenersExceededWarning");
});
