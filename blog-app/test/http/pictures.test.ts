import { randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";

import { createAuth } from "../../src/auth/auth";
import { openDatabase, type Database } from "../../src/data/database";
import type { BegunUpload, ReadyImage } from "../../src/images/images";
import { freshEnvironment, startApp, type App } from "../support/app";
import { HTML, jpegOfTelephone, png, pngBomb, pngWithHtml, SVG } from "../support/pictures";
import { storePost } from "../support/posts";

let app: App;
let database: Database;
let cookie: string;

beforeAll(async () => {
    const { variables, env } = await freshEnvironment({ SITE_NAME: "Pictures" });
    database = openDatabase(env);
    const author = { email: "author@example.org", password: "correct horse battery" };
    await createAuth({ database, redis: undefined, env }).createAuthor({ ...author, name: "Author" });
    app = await startApp(variables);
    const answer = await fetch(`${app.url}/api/session`, {
        method: "POST",
        headers: { origin: app.url, "content-type": "application/json" },
        body: JSON.stringify(author),
    });
    expect(answer.status).toBeLessThan(300);
    cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
});
afterAll(async () => {
    await app.stop();
    await database.close();
});

interface Answer<T> {
    status: number;
    body: T;
}
async function api<T = { error: { message: string; reason?: string } }>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = { cookie, origin: app.url },
): Promise<Answer<T>> {
    const answer = await fetch(`${app.url}${path}`, {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === "" ? undefined : JSON.parse(text)) as T };
}

async function upload(content: Buffer, contentType: string): Promise<string> {
    const begun = await api<BegunUpload>("POST", "/api/images", { name: "사진", contentType, bytes: content.length });
    expect(begun.status).toBe(200);
    const put = await fetch(begun.body.url, {
        method: "PUT",
        headers: begun.body.headers,
        body: new Uint8Array(content),
    });
    expect(put.status).toBe(200);
    return begun.body.id;
}

async function picture(): Promise<ReadyImage> {
    const id = await upload(await png(), "image/png");
    const done = await api<ReadyImage>("POST", `/api/images/${id}/complete`);
    expect(done.status).toBe(200);
    return done.body;
}

/** fetch makes a path regular before it sends it. */
function rawGet(
    path: string,
    method = "GET",
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
    return new Promise((resolve, reject) => {
        const { hostname, port } = new URL(app.url);
        const outgoing = httpRequest({ hostname, port, path, method }, (response) => {
            let body = "";
            response.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
            response.on("end", () => {
                resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
            });
        });
        outgoing.on("error", reject);
        outgoing.end();
    });
}

describe("defect 4 of the original: anybody got an upload, of any kind and size", () => {
    const wanted = { name: "x.png", contentType: "image/png", bytes: 10 };

    it("wants a session and a page of its own", async () => {
        expect((await api("POST", "/api/images", wanted, { origin: app.url })).status).toBe(401);
        expect((await api("POST", "/api/images", wanted, { cookie })).status).toBe(403);
        expect((await api("POST", "/api/images", wanted, { cookie, origin: "https://evil.example.org" })).status).toBe(
            403,
        );
        const id = randomUUID();
        for (const [method, path] of [
            ["POST", `/api/images/${id}/complete`],
            ["DELETE", `/api/images/${id}`],
        ] as const) {
            expect((await api(method, path, undefined, { origin: app.url })).status, path).toBe(401);
            expect((await api(method, path, undefined, { cookie, origin: "null" })).status, path).toBe(403);
        }
        expect((await api("GET", "/api/images", undefined, {})).status).toBe(401);
    });

    it("makes the key, signs type and length, and lets it be used for five minutes", async () => {
        const { status, body } = await api<BegunUpload>("POST", "/api/images", wanted);
        expect(status).toBe(200);
        const url = new URL(body.url);
        expect(url.pathname).toBe(`/blog/uploads/${body.id}`);
        expect(url.searchParams.get("X-Amz-SignedHeaders")).toBe("content-length;content-type;host");
        expect(url.searchParams.get("X-Amz-Expires")).toBe("300");
        expect((await api("POST", "/api/images", { ...wanted, id: randomUUID() })).status).toBe(422);
    });

    it.each([
        ["SVG", { contentType: "image/svg+xml" }, 415],
        ["HTML", { contentType: "text/html" }, 415],
        ["30 MB", { bytes: 30_000_000 }, 413],
        ["nothing", { bytes: 0 }, 422],
        ["words for a number", { bytes: "10" }, 422],
    ])("refuses %s", async (_, change, status) => {
        const refused = await api("POST", "/api/images", { ...wanted, ...change });
        expect(refused.status).toBe(status);
        expect(refused.body.error.message).toMatch(/[가-힣]/);
    });

    it.each([
        ["SVG called PNG", () => Promise.resolve(SVG), "not-a-picture", 415],
        ["HTML called PNG", () => Promise.resolve(HTML), "not-a-picture", 415],
        ["a PNG with a page in it", pngWithHtml, "markup", 422],
        ["a bomb", pngBomb, "pixels", 422],
    ] as const)("refuses %s when it is complete", async (_, make, reason, status) => {
        const id = await upload(await make(), "image/png");
        const refused = await api("POST", `/api/images/${id}/complete`);
        expect(refused.status).toBe(status);
        expect(refused.body.error.reason).toBe(reason);
        expect((await fetch(`${app.url}/images/${id}`)).status).toBe(404);
    });
});

describe("/images/<uuid>", () => {
    it("is served to everybody, for ever, as a picture and nothing else", async () => {
        const { id, bytes, widths } = await picture();
        const answer = await fetch(`${app.url}/images/${id}`);
        expect(answer.status).toBe(200);
        expect(Object.fromEntries(answer.headers)).toMatchObject({
            "content-type": "image/webp",
            "content-length": String(bytes),
            "content-disposition": "inline",
            "cache-control": "public, max-age=31536000, immutable",
            "x-content-type-options": "nosniff",
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            "cross-origin-resource-policy": "cross-origin",
        });
        expect((await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).width).toBe(600);
        expect(widths).toEqual([480, 600]);
        const small = await fetch(`${app.url}/images/${id}?w=480`);
        expect((await sharp(Buffer.from(await small.arrayBuffer())).metadata()).width).toBe(480);
        expect(small.headers.get("etag")).not.toBe(answer.headers.get("etag"));

        const again = await fetch(`${app.url}/images/${id}`, {
            headers: { "if-none-match": answer.headers.get("etag") ?? "" },
        });
        expect(again.status).toBe(304);
        expect(again.headers.get("cache-control")).toContain("immutable");
        const head = await fetch(`${app.url}/images/${id}`, { method: "HEAD" });
        expect([head.status, head.headers.get("content-length")]).toEqual([200, String(bytes)]);
        expect((await rawGet(`/images/${id}`, "POST")).status).toBe(405);
        expect((await rawGet(`/images/${id}`, "PUT")).status).toBe(405);
    });

    it("has nothing of what the telephone wrote into it", async () => {
        const id = await upload(await jpegOfTelephone(), "image/jpeg");
        expect((await api("POST", `/api/images/${id}/complete`)).status).toBe(200);
        const served = Buffer.from(await (await fetch(`${app.url}/images/${id}`)).arrayBuffer());
        expect((await sharp(served).metadata()).exif).toBeUndefined();
        for (const trace of ["Exif", "GPS", "Owner"]) expect(served.toString("latin1")).not.toContain(trace);
    });

    it("is nothing for what is no picture, whatever its address looks like", async () => {
        const { id } = await picture();
        const { body: pending } = await api<BegunUpload>("POST", "/api/images", {
            name: "x",
            contentType: "image/png",
            bytes: 10,
        });
        for (const path of [
            randomUUID(),
            pending.id,
            "",
            "x",
            id.toUpperCase(),
            `${id}/`,
            `${id}/480.webp`,
            `${id}%00`,
            `${id}.webp`,
            `../images/${id}`,
            `..%2fuploads%2f${id}`,
            `..%2f..%2f..%2fetc%2fpasswd`,
            `../../server.mjs`,
            `%2e%2e/%2e%2e/server.mjs`,
            `${id}?w=`,
            `${id}?w=0`,
            `${id}?w=-480`,
            `${id}?w=481`,
            `${id}?w=480.0`,
            `${id}?w=4e2`,
            `${id}?w=999999999999`,
            `${id}?w=../${id}`,
        ]) {
            const { status, headers, body } = await rawGet(`/images/${path}`);
            expect(status, path).toBe(404);
            expect(String(headers["cache-control"]), path).not.toContain("immutable");
            expect(body, path).not.toContain("import ");
        }
        // What no picture has is no other picture.
        expect((await fetch(`${app.url}/images/${id}?x=1&w=480`)).status).toBe(200);
    });

    it("is gone when its author removed it, unless a post shows it", async () => {
        const { id } = await picture();
        const { id: used } = await picture();
        await storePost(database, { title: "쓰는 글", markdown: `![](/images/${used})` });
        expect((await fetch(`${app.url}/images/${id}`)).status).toBe(200);
        expect((await api("DELETE", `/api/images/${id}`)).status).toBe(204);
        expect((await fetch(`${app.url}/images/${id}`)).status).toBe(404);
        expect((await api("DELETE", `/api/images/${id}`)).status).toBe(404);
        const refused = await api("DELETE", `/api/images/${used}`);
        expect(refused.status).toBe(409);
        expect(refused.body.error.message).toContain("쓰는 글");
        const listed = await api<{ images: { id: string; uses: unknown[] }[] }>("GET", "/api/images?unused=1&page=1");
        expect(listed.body.images.map((one) => one.id)).not.toContain(used);
    });

    it("counts uploads", async () => {
        const metrics = await (await fetch(`${app.internalUrl}/metrics`)).text();
        expect(metrics).toMatch(/image_uploads_total\{result="completed"\} [1-9]/);
        expect(metrics).toMatch(/image_uploads_total\{result="refused"\} [1-9]/);
    });
});

it("defect 5 of the original: the bucket itself answers nobody", async () => {
    const { id } = await picture();
    const services = inject("services");
    for (const key of [`images/${id}/600.webp`, `uploads/${id}`, "?list-type=2", ""]) {
        const answer = await fetch(`${services.S3_ENDPOINT}/${services.S3_BUCKET}/${key}`);
        expect(answer.status, key).toBe(403);
    }
});

describe("/og/<slug>.png", () => {
    it("is a picture of what readers see, kept until it changes", async () => {
        const post = await storePost(database, { title: "온프레미스 블로그 & <그림>", category: "인프라" });
        const url = `${app.url}/og/${encodeURIComponent(post.slug)}.png`;
        const answer = await fetch(url);
        expect(answer.status).toBe(200);
        expect(answer.headers.get("content-type")).toBe("image/png");
        expect(answer.headers.get("cache-control")).toBe("public, max-age=3600");
        const drawn = Buffer.from(await answer.arrayBuffer());
        expect(await sharp(drawn).metadata()).toMatchObject({ format: "png", width: 1200, height: 630 });
        // Letters were drawn: a picture without has one colour there.
        const title = await sharp(drawn).extract({ left: 88, top: 200, width: 1000, height: 260 }).stats();
        expect(title.channels[0]?.min).toBeLessThan(60);
        const etag = answer.headers.get("etag") ?? "";
        expect((await fetch(url, { headers: { "if-none-match": etag } })).status).toBe(304);
        const head = await fetch(url, { method: "HEAD" });
        expect(head.headers.get("content-length")).toBe(String(drawn.length));
    });

    it("is nothing for a draft, a private post, one to come, or none", async () => {
        const paths = ["nothing", "%E0%A4%A", "..%2f..%2fetc%2fpasswd", ""];
        for (const status of ["draft", "private"] as const) {
            paths.push(encodeURIComponent((await storePost(database, { title: `A ${status}`, status })).slug));
        }
        const later = new Date(Date.now() + 3_600_000);
        const scheduled = { title: "Tomorrow", status: "scheduled", publishedAt: later.toISOString() } as const;
        paths.push(encodeURIComponent((await storePost(database, scheduled, { publishedAt: later })).slug));
        for (const path of paths) expect((await rawGet(`/og/${path}.png`)).status, path).toBe(404);
        expect((await rawGet("/og/nothing.png", "POST")).status).toBe(405);
    });
});

describe("POST /api/views/<slug>", () => {
    const browser = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };
    const read = (slug: string, headers: Record<string, string> = {}) =>
        api<{ views: number }>("POST", `/api/views/${encodeURIComponent(slug)}`, undefined, {
            origin: app.url,
            ...browser,
            ...headers,
        });

    it("counts a reader once a day, and no programs", async () => {
        const { slug } = await storePost(database, { title: "읽히는 글" });
        expect(await read(slug)).toEqual({ status: 200, body: { views: 1 } });
        expect((await read(slug)).body.views).toBe(1);
        expect((await read(slug, { "user-agent": "Mozilla/5.0 (compatible; ExampleBot/1.0)" })).body.views).toBe(1);
        expect((await read(slug, { "user-agent": "Mozilla/5.0 (Macintosh) Safari/605.1.15" })).body.views).toBe(2);
        const flushed = await fetch(`${app.internalUrl}/tasks/flush-views`, { method: "POST" });
        expect(flushed.status).toBe(200);
        expect((await read(slug)).body.views).toBe(2);
    });

    it("is for this site's own pages and published posts", async () => {
        const { slug } = await storePost(database, { title: "Another" });
        expect((await read(slug, { origin: "https://evil.example.org" })).status).toBe(403);
        expect((await api("GET", `/api/views/${slug}`)).status).toBe(405);
        expect((await read("nothing")).status).toBe(404);
        const draft = await storePost(database, { title: "Not yet", status: "draft" });
        expect((await read(draft.slug)).status).toBe(404);
    });
});
