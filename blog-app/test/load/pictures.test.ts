import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import { removeServices, startServices, type Services } from "../../dev/services";
import { openDatabase, type Database } from "../../src/data/database";
import { migrate, readMigrations } from "../../src/data/migrate";
import { createImages, type Images } from "../../src/images/images";
import { readEnv } from "../../src/server/env";
import { createLog } from "../../src/server/log";
import { root, startApp, type App } from "../support/app";
import { jpeg } from "../support/pictures";
import { storePost } from "../support/posts";

/* Pictures, cards and views while what they need is away. */

let folder: string;
let stores: Services;
let database: Database;
let images: Images;
let app: App;
let id: string;
let slug: string;

beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "blog-app-pictures-"));
    stores = await startServices(folder);
    const variables = { ...stores.env, SITE_URL: "http://localhost:3000", SITE_NAME: "Faults" };
    const env = readEnv(variables);
    await migrate(env, readMigrations(path.join(root, "migrations")));
    database = openDatabase(env);
    images = createImages({ database, env, log: createLog("error") });
    id = (await images.add(await jpeg(1200, 800), { name: "x.jpg" })).id;
    slug = (await storePost(database, { title: "A post" })).slug;
    app = await startApp(variables);
}, 120_000);

afterAll(async () => {
    await app.stop();
    images.close();
    await database.close();
    await stores.close();
    removeServices(folder);
});

beforeEach(async () => {
    for (const service of ["database", "redis", "s3"] as const) await stores.start(service);
});

async function timed(url: string, init?: RequestInit) {
    const started = performance.now();
    const answer = await fetch(url, init);
    const body = await answer.arrayBuffer();
    return { status: answer.status, headers: answer.headers, bytes: body.byteLength, ms: performance.now() - started };
}

it("serves what was asked for lately while the store is down, and says soon that it can't serve the rest", async () => {
    const hot = await timed(`${app.url}/images/${id}?w=480`);
    expect(hot.status).toBe(200);
    await stores.stop("s3", "SIGKILL");
    expect(await timed(`${app.url}/images/${id}?w=480`)).toMatchObject({ status: 200, bytes: hot.bytes });
    const cold = await timed(`${app.url}/images/${id}?w=960`);
    expect(cold.status).toBe(503);
    expect(cold.ms).toBeLessThan(3_000);
    expect(cold.headers.get("retry-after")).toBe("5");
    expect(cold.headers.get("cache-control")).toBe("no-store");
    // It has nothing to ask the store for.
    const etag = hot.headers.get("etag") ?? "";
    expect((await timed(`${app.url}/images/${id}?w=480`, { headers: { "if-none-match": etag } })).status).toBe(304);
    expect((await timed(`${app.url}/images/${id}?w=960`, { method: "HEAD" })).status).toBe(200);
    await stores.start("s3");
    expect((await timed(`${app.url}/images/${id}?w=960`)).status).toBe(200);
});

it("serves them while the database is down", async () => {
    const hot = await timed(`${app.url}/images/${id}?w=480`);
    await stores.stop("database", "SIGKILL");
    expect(await timed(`${app.url}/images/${id}?w=480`)).toMatchObject({ status: 200, bytes: hot.bytes });
});

it("draws cards and counts views while Redis is down", async () => {
    await stores.stop("redis", "SIGKILL");
    expect((await timed(`${app.url}/og/${slug}.png`)).status).toBe(200);
    const read = () =>
        fetch(`${app.url}/api/views/${slug}`, {
            method: "POST",
            headers: { origin: app.url, "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0" },
        });
    expect(await (await read()).json()).toEqual({ views: 1 });
    expect(await (await read()).json()).toEqual({ views: 1 });
    const flushed = await fetch(`${app.internalUrl}/tasks/flush-views`, { method: "POST" });
    expect(await flushed.json()).toEqual({ views: 1 });
    const [rows] = await database.pool.query("SELECT views FROM post_view");
    expect(rows).toEqual([{ views: 1 }]);
});

it("loses no view that was counted in memory when it is told to end", async () => {
    await stores.stop("redis", "SIGKILL");
    const second = await startApp({ ...stores.env, SITE_URL: "http://localhost:3000", SITE_NAME: "Ending" });
    const other = (await storePost(database, { title: "Another post" })).slug;
    const answer = await fetch(`${second.url}/api/views/${other}`, {
        method: "POST",
        headers: { origin: second.url, "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0" },
    });
    expect(answer.status).toBe(200);
    expect(await second.stop()).toBe(0);
    const [rows] = await database.pool.query(
        "SELECT views FROM post_view JOIN post ON post.id = post_id WHERE slug = ?",
        [other],
    );
    expect(rows).toEqual([{ views: 1 }]);
});
