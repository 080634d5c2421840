import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { removeServices, startServices, type Services } from "../../dev/services";
import { openDatabase, type Database } from "../../src/data/database";
import { migrate, readMigrations } from "../../src/data/migrate";
import { readEnv } from "../../src/server/env";
import { root, startApp, type App } from "../support/app";
import { storePost } from "../support/posts";
import { get, startTraffic } from "../support/traffic";

/* Two replicas on services of their own, which these tests take away from them. */

let folder: string;
let stores: Services;
let database: Database;
let replicas: [App, App];
let post: { id: number; slug: string };

beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "blog-app-faults-"));
    stores = await startServices(folder);
    const variables = { ...stores.env, SITE_URL: "http://localhost:3000", SITE_NAME: "Faults", LOG_LEVEL: "info" };
    const env = readEnv(variables);
    await migrate(env, readMigrations(path.join(root, "migrations")));
    database = openDatabase(env);
    post = await storePost(database, { title: "First edition" });
    for (let number = 1; number <= 30; number++) await storePost(database, { title: `Filler ${String(number)}` });
    replicas = [await startApp(variables), await startApp(variables)];
}, 120_000);

afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    await database.close();
    await stores.close();
    removeServices(folder);
});

beforeEach(async () => {
    for (const service of ["database", "redis", "s3"] as const) await stores.start(service);
    await settled(
        async () =>
            (await Promise.all(replicas.map(({ url }) => get(`${url}/readyz`)))).every(({ body }) =>
                body.includes('"ok"'),
            ),
        "both replicas ready",
    );
});

/** Waits for what must come true by itself. */
async function settled(condition: () => Promise<boolean>, what: string, seconds = 15): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (Date.now() < deadline) {
        if (await condition().catch(() => false)) return;
        await sleep(50);
    }
    throw new Error(`not within ${String(seconds)} s: ${what}`);
}

const address = (replica: App, slug = post.slug) => `${replica.url}/post/${encodeURIComponent(slug)}`;

describe("a change", () => {
    let edition = 1;
    const publish = async () => {
        edition += 1;
        const title = `Edition number ${String(edition)}.`;
        await storePost(database, { title, slug: post.slug }, { id: post.id });
        return title;
    };

    it("is on every replica within a second, and nothing older is served after it", async () => {
        // Made by a third process, so that neither replica hears of it from itself.
        let wanted: { title: string; since: number } | undefined;
        const readers = startTraffic({
            readers: 6,
            next: (reader) => address(replicas[reader % 2 === 0 ? 0 : 1]),
            judge: ({ status, body, milliseconds }) => {
                if (status !== 200) return `status ${String(status)}`;
                const asked = performance.now() - milliseconds;
                if (wanted !== undefined && asked > wanted.since + 1_000 && !body.includes(wanted.title))
                    return `not ${wanted.title}`;
                return undefined;
            },
        });
        for (let round = 0; round < 5; round++) {
            const title = await publish();
            wanted = { title, since: performance.now() };
            await sleep(1_300);
        }
        const { answered, failures } = await readers.stop();
        expect(failures).toEqual([]);
        expect(answered).toBeGreaterThan(500);
    });

    it("is on every replica within a second while Redis is away", async () => {
        await stores.stop("redis", "SIGKILL");
        for (const replica of replicas) await get(address(replica));
        const title = await publish();
        await sleep(1_000);
        for (const replica of replicas) expect((await get(address(replica))).body).toContain(title);
    });
});

describe("Redis", () => {
    it("may die and come back under readers: each page is answered, and shared again afterwards", async () => {
        let page = 0;
        const readers = startTraffic({
            readers: 4,
            // The home page and pages that nobody has asked for before.
            next: (reader) =>
                reader < 2 ? `${replicas[0].url}/` : `${replicas[1].url}/search?q=filler+${String(page++ % 30)}`,
        });
        await sleep(500);
        await stores.stop("redis", "SIGKILL");
        await sleep(2_000);
        await stores.start("redis");
        await sleep(500);
        const { failures } = await readers.stop();
        expect(failures).toEqual([]);
        await settled(async () => {
            await database.change(() => Promise.resolve());
            await sleep(700);
            await get(`${replicas[0].url}/archive`);
            await sleep(100);
            return (await get(`${replicas[1].url}/archive`)).headers["x-cache"] === "shared";
        }, "a page that one replica made comes to the other from Redis");
    });

    it("may hang without dying: pages are rendered without it", async () => {
        stores.signal("redis", "SIGSTOP");
        try {
            for (const number of [1, 2, 3])
                expect((await get(address(replicas[0], `Filler-${String(number)}`))).status).toBe(200);
            expect((await get(`${replicas[0].url}/`)).status).toBe(200);
        } finally {
            stores.signal("redis", "SIGCONT");
        }
    });
});

describe("the database", () => {
    it("may be away: pages that were made are answered by every replica, and the probes tell", async () => {
        await get(address(replicas[0]));
        await sleep(200);
        await stores.stop("database", "SIGKILL");
        // The second replica has it from Redis.
        for (const replica of replicas) {
            const answer = await get(address(replica));
            expect(answer.status).toBe(200);
            expect((await get(`${replica.url}/livez`)).status).toBe(200);
            const ready = await get(`${replica.url}/readyz`);
            expect(ready.status).toBe(503);
            expect(ready.body).toContain("database: ");
        }
        const unknown = await get(`${replicas[0].url}/post/Filler-29`);
        expect(unknown.status).toBeGreaterThanOrEqual(500);
        expect(unknown.headers["cache-control"]).toContain("no-store");
        await stores.start("database");
        await settled(async () => (await get(`${replicas[0].url}/post/Filler-29`)).status === 200, "new pages again");
    });

    it("may be away right after a change: the page before it is better than none", async () => {
        await get(address(replicas[0]));
        await storePost(database, { title: "Nobody has asked for it yet", slug: post.slug }, { id: post.id });
        // The replica has heard of the change.
        await sleep(700);
        await stores.stop("database", "SIGKILL");
        const answer = await get(address(replicas[0]));
        expect(answer.status).toBe(200);
        expect(answer.headers["x-cache"]).toBe("stale");
    });
});

describe("the object store", () => {
    it("may be away: posts are answered, the replica stays ready and says what is missing", async () => {
        await stores.stop("s3", "SIGKILL");
        expect((await get(address(replicas[0], "Filler-7"))).status).toBe(200);
        await settled(async () => {
            const { status, body } = await get(`${replicas[0].url}/readyz`);
            expect(status).toBe(200);
            return body.includes('"degraded":["s3"]');
        }, "s3 is said to be missing");
        await stores.start("s3");
        await settled(async () => (await get(`${replicas[0].url}/readyz`)).body.includes('"ok"'), "s3 is back");
    });
});

describe("SIGTERM", () => {
    it("fails no request: what is under way is answered, and connections end with an answer", async () => {
        const variables = { ...stores.env, SITE_URL: "http://localhost:3000", SITE_NAME: "Faults", DRAIN_SECONDS: "2" };
        const leaving = await startApp(variables);
        // A proxy learns within a moment that a replica leaves, and opens no more connections to it.
        let chosen: App = leaving;
        const readers = startTraffic({
            readers: 16,
            next: (reader) => (reader % 4 === 0 ? `${chosen.url}/search?q=filler` : `${chosen.url}/`),
        });
        await sleep(500);
        const exit = leaving.stop("SIGTERM");
        await sleep(500);
        chosen = replicas[0];
        const code = await exit;
        const { answered, failures } = await readers.stop();
        expect(failures).toEqual([]);
        expect(answered).toBeGreaterThan(200);
        expect(code).toBe(0);
        expect(leaving.logs()).toContain('"msg":"ended"');
    });
});

describe("a start", () => {
    it("lists every fault of the environment and ends", async () => {
        await expect(startApp({ SITE_URL: "http://blog.example.org", DATABASE_HOST: "127.0.0.1" })).rejects.toThrow(
            /exit code 2[\s\S]*the environment has 8 faults:[\s\S]*SECRET_KEY: missing/,
        );
    });

    it("names a port that is in use, in a line", async () => {
        const { port } = new URL(replicas[0].internalUrl);
        const starting = startApp({ ...stores.env, SITE_NAME: "Faults", INTERNAL_PORT: port });
        await expect(starting).rejects.toThrow(
            `port ${port} is in use by another program; wanted: end it, or set PORT`,
        );
    });

    it("works without Redis", async () => {
        await stores.stop("redis");
        const { REDIS_URL: _, ...rest } = stores.env;
        for (const variables of [{ ...rest }, { ...stores.env }]) {
            const app = await startApp({ ...variables, SITE_NAME: "Faults" });
            expect((await get(`${app.url}/`)).status).toBe(200);
            expect((await get(`${app.url}/`)).headers["x-cache"]).toBe("hit");
            expect(await app.stop()).toBe(0);
        }
    });
});
