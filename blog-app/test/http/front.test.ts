import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openDatabase } from "../../src/data/database";
import { freshEnvironment, startApp, type App } from "../support/app";
import { storePost } from "../support/posts";

let app: App;
beforeAll(async () => {
    const { env, variables } = await freshEnvironment();
    const database = openDatabase(env);
    await storePost(database, { title: "hello", markdown: "There you are.", category: "dev", tags: ["one"] });
    await database.close();
    app = await startApp(variables);
});
afterAll(async () => {
    await app.stop();
});

/** A request as it is written, which no client library would send. */
async function request(
    target: string,
    { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {},
) {
    const lines = Object.entries({ Host: "localhost", Connection: "close", ...headers });
    const socket = connect(Number(new URL(app.url).port), "127.0.0.1");
    socket.write(
        `${method} ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`,
    );
    let answer = "";
    for await (const piece of socket as AsyncIterable<Buffer>) answer += piece.toString();
    const [head = "", body = ""] = answer.split(/\r\n\r\n(.*)/s);
    const header = (name: string) => new RegExp(`^${name}: (.*)$`, "im").exec(head)?.[1]?.trim();
    return { status: Number(head.split(" ")[1]), header, body };
}

describe("one copy of a page, however it is asked for", () => {
    it.each(["/post/hell%6f", "/post/h%65llo?utm_source=x"])("%s", async (target) => {
        await request("/post/hello");
        const answer = await request(target);
        expect([answer.status, answer.header("x-cache")]).toEqual([200, "hit"]);
    });

    it.each([
        ["/category/DEV", "/category/dev"],
        ["/tag/%C3%93ne?page=1", "/tag/one"],
        ["/post/HELLO", "/post/hello"],
        ["/post/hello%00", "/post/hello"],
    ])("%s moves to %s, and isn't kept", async (target, to) => {
        for (let asked = 0; asked < 2; asked++) {
            const answer = await request(target);
            expect([answer.status, answer.header("location")]).toEqual([301, to]);
            expect(answer.header("x-cache")).toBeUndefined();
        }
    });

    it.each(["/post/..", "/post/%2e%2E", "/tag/%2e", "/post/hello#1", "/post/%68ello%2F"])(
        "%s is no copy of a page",
        async (target) => {
            const { status, header } = await request(target);
            expect(status).toBe(404);
            expect(header("x-cache")).toBeUndefined();
        },
    );
});

it("takes a target that is a whole address for its path", async () => {
    const answer = await request("http://evil.example/post/hello");
    expect(answer.status).toBe(200);
    expect(answer.header("location")).toBeUndefined();
});

it("leads to no other site, whatever path or host it is asked by", async () => {
    for (const target of ["//evil.example", "//evil.example/", "/\\evil.example/", "/%2F%2Fevil.example/"]) {
        const location = (await request(target)).header("location");
        if (location !== undefined) expect(new URL(location, app.url).origin).toBe(app.url);
    }
    const headers = { Host: "evil.example", "X-Forwarded-Host": "evil.example", Forwarded: "host=evil.example" };
    for (const path of ["/archive", "/rss.xml", "/sitemap.xml", "/admin", "/main", "/nothing"]) {
        const { body, header } = await request(path, { headers });
        expect(body + String(header("location")), path).not.toContain("evil.example");
    }
});

it("refuses every method but GET and HEAD where nothing can be changed", async () => {
    for (const target of ["/", "/post/hello", "/search?q=hello", "/nothing", "/reader.js", "/admin"]) {
        const answer = await request(target, { method: "POST", headers: { "Content-Length": "0" } });
        expect([answer.status, answer.header("allow")], target).toEqual([405, "GET, HEAD"]);
    }
    expect((await request("*", { method: "OPTIONS" })).status).toBe(405);
});

it("has a policy on every answer, and shows nobody's nonce but its own", async () => {
    for (const target of ["/", "/nothing", "/nothing.js", "/_next/nothing", "/reader.js", "/images/x", "/og/x.png"]) {
        const answer = await request(target, { headers: { "X-Nonce": "stranger" } });
        expect(answer.header("content-security-policy"), target).toContain("default-src 'none'");
        expect(answer.body, target).not.toContain("stranger");
    }
});

it("has no other address for a reader's page that a cache between would keep", async () => {
    const buildId = /"buildId":"([^"]+)"/.exec((await request("/")).body)?.[1];
    const { body } = await request("/admin/sign-in");
    const id = buildId ?? /"buildId":"([^"]+)"/.exec(body)?.[1];
    expect(id).toBeDefined();
    expect((await request(`/_next/data/${String(id)}/post/hello.json?slug=hello`)).status).toBe(404);
    expect((await request(`/_next/data/${String(id)}/admin.json`)).header("cache-control")).toBe("no-store");
});
