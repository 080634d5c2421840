import { createHash } from "node:crypto";
import { createConnection } from "mysql2/promise";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";

import { connectionOptions, openDatabase } from "../../src/data/database";
import type { Env } from "../../src/server/env";
import { EMPTY_POST } from "../../src/posts/fields";
import { freshEnvironment, root, startApp, type App } from "../support/app";
import { AUTHOR, clientWith, makeAuthor, signIn, type Client } from "../support/author";
import { storePost } from "../support/posts";

let app: App;
let env: Env;
let client: Client;
let draftId: number;

beforeAll(async () => {
    const fresh = await freshEnvironment({ SITE_LANGUAGE: "en", TRUSTED_PROXIES: "1" });
    env = fresh.env;
    await makeAuthor(env);
    const database = openDatabase(env);
    const draft = await storePost(database, { title: "Secret draft", markdown: "SECRET TEXT", status: "draft" });
    draftId = draft.id;
    await storePost(database, { title: "Secret private", markdown: "SECRET TEXT", status: "private" });
    await storePost(database, {
        title: "Secret scheduled",
        markdown: "SECRET TEXT",
        status: "scheduled",
        publishedAt: "2099-01-01T00:00:00Z",
    });
    await storePost(database, { title: "Public", markdown: "for all" });
    await database.close();
    app = await startApp(fresh.variables);
    client = await signIn(app);
});
afterAll(() => app.stop());

const UUID = "00000000-0000-4000-8000-000000000000";
/** Every request that changes something: method, path, a body that is right, or none. */
const fields = { ...EMPTY_POST, title: "t" };
const editorRequest = { fields, stamp: { revision: 1, draftSavedAt: null } };
const MUTATIONS: [method: string, path: string, body?: object][] = [
    ["DELETE", "/api/session"],
    ["DELETE", "/api/session/others"],
    ["PUT", "/api/session/password", { current: "x", password: "y" }],
    ["POST", "/api/posts"],
    ["DELETE", "/api/posts/trash"],
    ["PUT", "/api/posts/1", editorRequest],
    ["DELETE", "/api/posts/1"],
    ["PUT", "/api/posts/1/draft", editorRequest],
    ["DELETE", "/api/posts/1/draft"],
    ["POST", "/api/posts/1/restore"],
    ["DELETE", "/api/posts/1/purge"],
    ["POST", "/api/posts/1/preview"],
    ["DELETE", "/api/posts/1/preview"],
    ["POST", "/api/render", { markdown: "x" }],
    ["POST", "/api/import"],
    ["POST", "/api/categories", { name: "x" }],
    ["PUT", "/api/categories", { ids: [] }],
    ["PUT", "/api/categories/1", { name: "x" }],
    ["DELETE", "/api/categories/1", { into: null }],
    ["DELETE", "/api/tags"],
    ["PUT", "/api/tags/1", { name: "x" }],
    ["DELETE", "/api/tags/1"],
    ["POST", "/api/images", { name: "x.png", contentType: "image/png", bytes: 1 }],
    ["POST", `/api/images/${UUID}/complete`],
    ["DELETE", `/api/images/${UUID}`],
];
const READS = [
    "/api/session",
    "/api/posts",
    "/api/posts/1",
    "/api/posts/1/slug",
    "/api/posts/1/revisions",
    "/api/posts/1/revisions/1",
    "/api/categories",
    "/api/tags",
    "/api/images",
    "/api/export",
];
/** Routes for readers, and the one to sign in at. */
const OPEN = new Set(["/api/views/[slug]"]);

const counted = async (): Promise<unknown> => {
    const connection = await createConnection(connectionOptions(env));
    const tables = ["post", "post_draft", "post_revision", "category", "tag", "session", "image"];
    const [rows] = await connection.query(
        `SELECT ${tables.map((table) => `(SELECT COUNT(*) FROM ${table}) AS ${table}`).join(", ")}, (SELECT SUM(revision + preview_generation) FROM post) AS sum`,
    );
    await connection.end();
    return rows;
};

it("has every route of the API in the lists of this test", () => {
    const folder = path.join(root, "src/pages/api");
    const routes = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => {
            const file = path.relative(folder, path.join(entry.parentPath, entry.name)).replace(/\.ts$/, "");
            return { route: `/api/${file.replace(/\/?index$/, "")}`.replace(/\/$/, ""), file };
        });
    const listed = new Set(
        [
            ...MUTATIONS.map(([method, address]) => `${method} ${address}`),
            ...READS.map((address) => `GET ${address}`),
        ].map((line) =>
            line
                .replace(/\/revisions\/1$/, "/revisions/[revision]")
                .replace(UUID, "[id]")
                .replace("/1", "/[id]"),
        ),
    );
    for (const { route, file } of routes) {
        if (OPEN.has(route)) continue;
        const source = readFileSync(path.join(folder, `${file}.ts`), "utf8");
        for (const [, method] of source.matchAll(/\b(GET|POST|PUT|PATCH|DELETE): (?!withoutSession)/g)) {
            expect([...listed], `${String(method)} ${route}`).toContain(`${String(method)} ${route}`);
        }
    }
});

describe("every request that changes something", () => {
    it.each(MUTATIONS)(
        "defect 8 of the original, categories for anybody: %s %s is refused without a session, and to other sites",
        async (method, address, body) => {
            const before = await counted();
            const nobody = clientWith(app, "");
            const refused = await nobody.send(method, address, body);
            expect(refused.status).toBe(401);
            expect(await refused.json()).toEqual({ error: { message: "Please sign in." } });
            expect(refused.headers.get("cache-control")).toBe("no-store");
            const forged = clientWith(app, `__Host-sid=${"A".repeat(43)}`);
            expect((await forged.send(method, address, body)).status).toBe(401);
            for (const origin of [
                "https://evil.example",
                "null",
                app.url.replace("localhost", "localhost.evil.example"),
                app.url.replace("http:", "https:"),
                `${app.url}/`,
                "",
            ]) {
                const foreign = await client.send(method, address, body, { origin });
                expect(foreign.status, `Origin: ${origin}`).toBe(403);
            }
            // No Origin at all.
            const answer = await fetch(`${app.url}${address}`, {
                method,
                headers: {
                    cookie: client.cookie,
                    ...(body === undefined ? {} : { "content-type": "application/json" }),
                },
                ...(body === undefined ? {} : { body: JSON.stringify(body) }),
            });
            expect(answer.status, "no Origin").toBe(403);
            expect(await counted()).toEqual(before);
        },
    );

    const withBody = MUTATIONS.filter(([, , body]) => body !== undefined);
    it.each(withBody)("%s %s wants JSON of its form, and not too much of it", async (method, address, body) => {
        const before = await counted();
        const text = JSON.stringify(body);
        for (const type of [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonp",
        ]) {
            const answer = await client.send(method, address, text, { "content-type": type });
            expect(answer.status, type).toBe(415);
        }
        expect((await client.send(method, address, "{", { "content-type": "application/json" })).status).toBe(400);
        const unknown = await client.send(method, address, { ...body, admin: true });
        expect(unknown.status).toBe(422);
        expect((await client.send(method, address, "[]")).status).toBe(422);
        const large = await client.send(method, address, JSON.stringify({ ...body, x: "x".repeat(6 << 20) }));
        expect(large.status).toBe(413);
        expect(await counted()).toEqual(before);
    });

    it("names the methods that there are", async () => {
        const answer = await client.send("PATCH", "/api/posts/1");
        expect(answer.status).toBe(405);
        expect(answer.headers.get("allow")).toBe("GET, PUT, DELETE");
    });
});

it.each(READS)("GET %s is for the author alone", async (address) => {
    expect((await clientWith(app, "").send("GET", address)).status).toBe(401);
});

it("answers 404 for ids that are nobody's, or no ids", async () => {
    for (const id of ["999999", "0", "-1", "1e3", "4294967296", "99999999999", "1'--", "..%2f1", "%00"]) {
        for (const [method, address, body] of [
            ["GET", `/api/posts/${id}`],
            ["PUT", `/api/posts/${id}`, editorRequest],
            ["PUT", `/api/posts/${id}/draft`, editorRequest],
            ["DELETE", `/api/posts/${id}`],
            ["POST", `/api/posts/${id}/preview`],
            ["GET", `/api/posts/${id}/revisions`],
            ["DELETE", `/api/tags/${id}`],
            ["PUT", `/api/categories/${id}`, { name: "x" }],
        ] as const) {
            expect((await client.send(method, address, body)).status, `${method} ${address}`).toBe(404);
        }
    }
    // A revision of another post.
    expect((await client.send("GET", `/api/posts/${draftId}/revisions/99`)).status).toBe(404);
});

it("says what is wrong beside the fields, in the site's language", async () => {
    const answer = await client.send("PUT", `/api/posts/${draftId}`, {
        ...editorRequest,
        fields: { ...fields, title: "x".repeat(201), status: "deleted", tags: [""], publishedAt: "tomorrow" },
    });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toEqual({
        error: {
            message: "Please check what you entered.",
            fields: {
                "fields.title": "At most 200 characters.",
                "fields.status": "Wanted: one of draft, private, scheduled, published",
                "fields.tags.0": "This is required.",
                "fields.publishedAt": "This value is not valid.",
            },
        },
    });
});

describe("drafts", () => {
    it("never reach readers, whatever they ask for", async () => {
        const slugs = ["Secret-draft", "Secret-private", "Secret-scheduled"];
        const addresses = [
            ...slugs.map((slug) => `/post/${slug}`),
            ...slugs.map((slug) => `/og/${slug}.png`),
            `/post/${draftId}`,
            `/preview/${draftId}`,
            `/preview/${"A".repeat(38)}`,
        ];
        for (const address of addresses) {
            const answer = await fetch(`${app.url}${address}`);
            expect(answer.status, address).toBe(404);
            expect(await answer.text(), address).not.toContain("SECRET");
        }
        for (const address of [
            "/",
            "/archive",
            "/rss.xml",
            "/atom.xml",
            "/feed.json",
            "/sitemap.xml",
            "/search?q=secret",
        ]) {
            const answer = await fetch(`${app.url}${address}`);
            expect(answer.status, address).toBe(200);
            expect((await answer.text()).replace("q=secret", ""), address).not.toMatch(
                /SECRET TEXT|Secret-|Secret draft/,
            );
        }
        // Nor does the author's cookie make a page of theirs that could be kept for others.
        const asAuthor = await client.send("GET", "/post/Secret-draft");
        expect(asAuthor.status).toBe(404);
    });

    it("are seen by a signed link, which nobody keeps, and no other", async () => {
        const { path: address } = await client.json<{ path: string }>("POST", `/api/posts/${draftId}/preview`);
        const shown = await fetch(`${app.url}${address}`);
        expect(shown.status).toBe(200);
        expect(await shown.text()).toContain("SECRET TEXT");
        expect(shown.headers.get("cache-control")).toMatch(/no-store/);
        expect(shown.headers.get("x-robots-tag") ?? "").toMatch(/noindex/);
        await client.json("DELETE", `/api/posts/${draftId}/preview`);
        expect((await fetch(`${app.url}${address}`)).status).toBe(404);
    });
});

describe("signing in", () => {
    const attempt = (ip: string, body: Record<string, string>) =>
        clientWith(app, "").send("POST", "/api/session", body, { "x-forwarded-for": ip });
    const wrong = { email: AUTHOR.email, password: "wrong password" };

    it("defect 2 of the original, tokens in localStorage: hands out a cookie that scripts, other hosts and plain http don't get", async () => {
        const answer = await attempt("192.0.2.1", { email: AUTHOR.email, password: AUTHOR.password });
        expect(answer.status).toBe(200);
        const [cookie = ""] = answer.headers.getSetCookie();
        expect(cookie).toMatch(
            /^__Host-sid=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax; Max-Age=2592000$/,
        );
        // Nothing of it in a form that could stand in for it.
        const body = await answer.text();
        expect(body).not.toContain(cookie.slice(11, 54));
        const database = openDatabase(env);
        const [rows] = await database.pool.query("SELECT LOWER(HEX(id_hash)) AS hash FROM session");
        await database.close();
        const hash = createHash("sha256").update(cookie.slice(11, 54)).digest("hex");
        expect(JSON.stringify(rows)).toContain(hash);
    });

    it("never takes over a session's id that somebody else chose", async () => {
        const planted = `__Host-sid=${"C".repeat(43)}`;
        const answer = await clientWith(app, planted).send("POST", "/api/session", AUTHOR_LOGIN, {
            "x-forwarded-for": "192.0.2.2",
        });
        expect(answer.headers.getSetCookie()[0]).not.toContain("C".repeat(43));
        expect((await clientWith(app, planted).send("GET", "/api/session")).status).toBe(401);
    });

    it("ends with the session, for good", async () => {
        const mine = clientWith(
            app,
            (await attempt("192.0.2.3", AUTHOR_LOGIN)).headers.getSetCookie()[0]?.split(";")[0] ?? "",
        );
        expect((await mine.send("GET", "/api/session")).status).toBe(200);
        const out = await mine.send("DELETE", "/api/session");
        expect(out.status).toBe(204);
        expect(out.headers.getSetCookie()[0]).toMatch(/^__Host-sid=; .*Max-Age=0$/);
        expect((await mine.send("GET", "/api/session")).status).toBe(401);
    });

    it("defect 9 of the original, telling who is known: says the same of an unknown address and a wrong password, and takes as long", async () => {
        const unknown = { email: "nobody@example.org", password: "wrong password" };
        const times = { wrong: [] as number[], unknown: [] as number[] };
        const bodies = new Set<string>();
        for (let round = 0; round < 8; round += 1) {
            for (const [kind, body] of [
                ["wrong", wrong],
                ["unknown", unknown],
            ] as const) {
                const started = performance.now();
                const answer = await attempt(`198.51.100.${round * 2 + (kind === "wrong" ? 1 : 2)}`, body);
                bodies.add(`${answer.status} ${await answer.text()}`);
                times[kind].push(performance.now() - started);
            }
        }
        expect([...bodies]).toEqual(['401 {"error":{"message":"The e-mail address or the password is wrong."}}']);
        const median = (values: number[]) => values.sort((a, b) => a - b)[4] ?? 0;
        const ratio = median(times.unknown) / median(times.wrong);
        expect(ratio).toBeGreaterThan(0.4);
        expect(ratio).toBeLessThan(2.5);
    });

    it("defect 9 of the original, guesses without end: is refused from the sixth attempt on, with the time to wait; what a client claims as its address doesn't help", async () => {
        const statuses: number[] = [];
        let last: Response | undefined;
        for (let count = 0; count < 7; count += 1) {
            // Left of what the proxy added.
            last = await attempt(`10.9.9.${count}, 203.0.113.5`, count === 6 ? AUTHOR_LOGIN : wrong);
            statuses.push(last.status);
        }
        expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
        expect(Number(last?.headers.get("retry-after"))).toBeGreaterThan(800);
        expect(((await last?.json()) as { error: { message: string } }).error.message).toBe(
            "Too many attempts. Please try again in 15 minutes.",
        );
        // Another client's attempts are its own.
        expect((await attempt("203.0.113.6", AUTHOR_LOGIN)).status).toBe(200);
    });

    it("goes back only to pages of this site", async () => {
        for (const next of ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]) {
            const answer = await client.send("GET", `/admin/sign-in?next=${encodeURIComponent(next)}`);
            expect([answer.status, answer.headers.get("location")], next).toEqual([307, "/admin"]);
        }
        const asked = await clientWith(app, "").send("GET", "/admin/posts/7?x=1");
        expect(asked.headers.get("location")).toBe("/admin/sign-in?next=%2Fadmin%2Fposts%2F7%3Fx%3D1");
        const back = await client.send("GET", "/admin/sign-in?next=%2Fadmin%2Ftrash");
        expect(back.headers.get("location")).toBe("/admin/trash");
    });

    it("logs neither passwords nor sessions", () => {
        expect(app.logs()).not.toContain(AUTHOR.password);
        expect(app.logs()).not.toContain("wrong password");
        expect(app.logs()).not.toContain(client.cookie.slice(11));
    });
});

it.each(["/admin", "/admin/posts/1", "/admin/uploads", "/admin/categories", "/admin/trash", "/admin/settings"])(
    "%s is for the author alone, and kept by nobody",
    async (address) => {
        const refused = await clientWith(app, "").send("GET", address);
        expect(refused.status).toBe(307);
        const answer = await client.send("GET", address);
        expect(answer.status).toBe(200);
        expect(answer.headers.get("cache-control")).toMatch(/no-store/);
        const policy = answer.headers.get("content-security-policy") ?? "";
        expect(policy).not.toContain("unsafe");
        const page = await answer.text();
        // No style attribute, and no script without this page's nonce or a file.
        expect(page).not.toMatch(/<[^>]+\sstyle=/);
    },
);

it("keeps signed in who is, while Redis is away", async () => {
    const services = inject("services");
    // Another Redis that isn't there, the same database.
    const { variables } = await freshEnvironment();
    const other = await startApp({
        ...variables,
        DATABASE_NAME: env.DATABASE_NAME,
        REDIS_URL: services.REDIS_URL.replace(/:\d+(\/|$)/, ":1$1"),
    });
    try {
        const same = clientWith(other, client.cookie);
        expect((await same.send("GET", "/api/session")).status).toBe(200);
        expect((await same.send("POST", "/api/render", { markdown: "**x**" })).status).toBe(200);
        // Attempts are counted still.
        const statuses: number[] = [];
        for (let count = 0; count < 6; count += 1) {
            const answer = await clientWith(other, "").send("POST", "/api/session", wrongLogin);
            statuses.push(answer.status);
        }
        expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    } finally {
        await other.stop();
    }
});

const AUTHOR_LOGIN = { email: AUTHOR.email, password: AUTHOR.password };
const wrongLogin = { email: AUTHOR.email, password: "wrong password" };
