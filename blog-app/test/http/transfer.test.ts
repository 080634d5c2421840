import { afterAll, beforeAll, expect, test } from "vitest";
import { unzipSync } from "fflate";

import { createAuth } from "../../src/auth/auth";
import { openDatabase, type Database } from "../../src/data/database";
import { freshEnvironment, startApp, type App } from "../support/app";

let app: App;
let database: Database;
let cookie: string;
beforeAll(async () => {
    const { env, variables } = await freshEnvironment();
    database = openDatabase(env);
    await createAuth({ database, redis: undefined, env }).createAuthor({
        ...{ email: "author@example.org", name: "Author", password: "a long enough password" },
    });
    app = await startApp(variables);
    const answer = await fetch(`${app.url}/api/session`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: app.url },
        body: JSON.stringify({ email: "author@example.org", password: "a long enough password" }),
    });
    cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
});
afterAll(async () => {
    await app.stop();
    await database.close();
});

const FILE = `---\nlayout: post\ntitle: "들여온 글"\ncreatedAt: 2023-09-29 09:49:15.513000\nupdatedAt: 2023-09-29 09:49:15.513000\n---\n**본문**\n`;
const send = (file: string, headers: Record<string, string> = { cookie, origin: app.url }) => {
    const form = new FormData();
    form.append("files", new Blob([file]), "a.md");
    return fetch(`${app.url}/api/import`, { method: "POST", headers, body: form });
};

test("the author imports a post, readers see it, and it goes out as it came", async () => {
    const answer = await send(FILE);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ added: ["들여온-글"] });
    const page = await fetch(`${app.url}/post/${encodeURIComponent("들여온-글")}`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("<strong>본문</strong>");
    const zip = await fetch(`${app.url}/api/export`, { headers: { cookie } });
    expect(zip.headers.get("content-type")).toBe("application/zip");
    expect(zip.headers.get("content-disposition")).toMatch(/^attachment; filename="blog-[\d-]+\.zip"$/);
    const entries = unzipSync(new Uint8Array(await zip.arrayBuffer()));
    expect(new TextDecoder().decode(entries["posts/들여온-글.md"])).toBe(FILE);
});

test("a fault is told with its file and line; strangers get nothing", async () => {
    const faulty = await send("---\ntitle: x\n---\n");
    expect(faulty.status).toBe(422);
    expect(await faulty.json()).toMatchObject({
        error: { message: expect.stringMatching(/^a\.md:1: createdAt: missing/) as string },
    });
    expect((await fetch(`${app.url}/api/export`)).status).toBe(401);
    expect((await send(FILE, { origin: app.url })).status).toBe(401);
    expect((await send(FILE, { cookie, origin: "https://evil.example" })).status).toBe(403);
});
