import { gzipSync } from "node:zlib";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openDatabase, type Database } from "../../src/data/database";
import { post } from "../../src/data/schema";
import { categoryPath, postPath, tagPath } from "../../src/reader/paths";
import { createServices } from "../../src/server/create-services";
import type { Env } from "../../src/server/env";
import { createLog } from "../../src/server/log";
import { freshEnvironment, root, startApp, type App } from "../support/app";
import { storePost } from "../support/posts";
import { ENGLISH_SLUG, LANDSCAPE, makeWorld, MOVED_FROM, RICH_SLUG, SECRET, type World } from "../support/reader-world";

const SITE = { SITE_NAME: "책상 아래 서버", SITE_DESCRIPTION: "작은 서버에 관한 기록" };

let app: App;
let env: Env;
let database: Database;
let world: World;
beforeAll(async () => {
    const fresh = await freshEnvironment(SITE);
    env = fresh.env;
    database = openDatabase(env);
    world = await makeWorld(env);
    app = await startApp(fresh.variables);
});
afterAll(async () => {
    await app.stop();
    await database.close();
});

const get = (address: string, init: RequestInit = {}) => fetch(app.url + address, { redirect: "manual", ...init });
const text = async (address: string) => (await get(address)).text();
/** Attributes of the first element that has these. */
const attribute = (html: string, element: RegExp, name: string) =>
    new RegExp(`\\b${name}="([^"]*)"`).exec(element.exec(html)?.[0] ?? "")?.[1];
const canonical = (html: string) => attribute(html, /<link rel="canonical"[^>]*>/, "href");
const meta = (html: string, name: string) =>
    attribute(html, new RegExp(`<meta (?:name|property)="${name}"[^>]*>`), "content");
const dataOf = (html: string) =>
    [...html.matchAll(/<script[^>]* type="application\/ld\+json"[^>]*>(.*?)<\/script>/g)].map(
        ([, json]) => JSON.parse(json!) as Record<string, unknown>,
    );

const PAGES = () => [
    "/",
    "/?page=2",
    "/?page=3",
    postPath(RICH_SLUG),
    postPath(ENGLISH_SLUG),
    categoryPath("서버"),
    `${categoryPath("서버")}?page=2`,
    tagPath("습관"),
    "/tags",
    "/archive",
];
const FILES: Readonly<Record<string, string>> = {
    "/rss.xml": "application/rss+xml; charset=utf-8",
    "/atom.xml": "application/atom+xml; charset=utf-8",
    "/feed.json": "application/feed+json; charset=utf-8",
    "/sitemap.xml": "application/xml; charset=utf-8",
    "/robots.txt": "text/plain; charset=utf-8",
    "/manifest.webmanifest": "application/manifest+json; charset=utf-8",
};

it("defect 11 of the original, lists for browsers alone: answers every page with 200, its one address, and the second time from the cache", async () => {
    for (const address of PAGES()) {
        const first = await get(address);
        expect(first.status, address).toBe(200);
        expect(first.headers.get("content-type"), address).toBe("text/html; charset=utf-8");
        const html = await first.text();
        expect(canonical(html), address).toBe(app.url + address);
        expect(html.match(/<h1[ >]/g), address).toHaveLength(1);
        expect(html, address).toMatch(/^<!DOCTYPE html><html lang="ko"/);
        expect(meta(html, "robots"), address).toBeUndefined();
        const second = await get(address);
        expect(second.headers.get("x-cache"), address).toBe("hit");
        expect(await second.text(), address).toBe(html);
        const etag = second.headers.get("etag")!;
        expect((await get(address, { headers: { "if-none-match": etag } })).status, address).toBe(304);
    }
});

it("defect 11 of the original, no feeds: answers feeds and maps by their types, from the cache", async () => {
    for (const [address, type] of Object.entries(FILES)) {
        const answer = await get(address);
        expect([answer.status, answer.headers.get("content-type")], address).toEqual([200, type]);
        expect((await get(address)).headers.get("x-cache"), address).toBe("hit");
    }
});

it("has no script but our own, no style in any element, and a policy without unsafe-inline", async () => {
    for (const address of [...PAGES(), "/search?q=온도", "/nothing/here"]) {
        const answer = await get(address);
        const html = await answer.text();
        const scripts = [...html.matchAll(/<script\b([^>]*)>/g)].map(([, attributes]) => attributes!);
        const executed = scripts.filter((attributes) => !attributes.includes("application/ld+json"));
        expect(executed, address).toHaveLength(2);
        expect(executed[0], address).toBe("");
        expect(executed[1], address).toMatch(/ src="\/reader\.js\?v=[\w-]{10}" defer=""/);
        expect(html, address).not.toMatch(/<[^>]+\sstyle="|<style|\son[a-z]+="|javascript:/);
        const policy = answer.headers.get("content-security-policy")!;
        expect(policy, address).not.toContain("unsafe");
        expect(policy, address).toContain("default-src 'none'");
    }
});

it("defect 11 of the original, nothing for crawlers: says all that search engines and those who share it ask of a post", async () => {
    const html = await text(postPath(RICH_SLUG));
    const og = `${app.url}/og/${encodeURIComponent(RICH_SLUG)}.png`;
    expect(meta(html, "og:type")).toBe("article");
    expect(meta(html, "og:image")).toBe(og);
    expect([meta(html, "og:image:width"), meta(html, "og:image:height")]).toEqual(["1200", "630"]);
    expect(meta(html, "og:image:alt")).toContain("작은 서버를 오래 쓰는 법");
    expect(meta(html, "og:url")).toBe(app.url + postPath(RICH_SLUG));
    expect(meta(html, "twitter:card")).toBe("summary_large_image");
    expect(meta(html, "description")).toContain("책상 아래에서 조용히 도는 작은 서버");
    expect(meta(html, "article:section")).toBe("서버");
    expect(html.match(/<link rel="alternate" type="application\/(rss\+xml|atom\+xml|feed\+json)"/g)).toHaveLength(3);
    const data = dataOf(html);
    expect(data[0]).toMatchObject({
        "@type": "BlogPosting",
        url: app.url + postPath(RICH_SLUG),
        inLanguage: "ko",
        author: { name: "한결" },
        image: { url: og },
        articleSection: "서버",
    });
    expect(data[1]).toMatchObject({
        "@type": "BreadcrumbList",
        itemListElement: [{ position: 1, name: "홈" }, { position: 2, name: "서버" }, { position: 3 }],
    });
    expect(dataOf(await text("/"))[0]).toMatchObject({
        "@type": "WebSite",
        potentialAction: { target: { urlTemplate: `${app.url}/search?q={search_term_string}` } },
    });
    expect(html).toContain(`/images/${LANDSCAPE}?w=480 480w`);
});

it("marks a post of another language as such, and says so where it is linked", async () => {
    expect(await text(postPath(ENGLISH_SLUG))).toContain('<article lang="en">');
    expect(meta(await text(postPath(ENGLISH_SLUG)), "og:locale")).toBe("en_US");
    expect(await text("/")).toContain('<div class="entry-text" lang="en">');
});

it("pages through the newest first, ten a page, and has no page after the last", async () => {
    const seen: string[] = [];
    for (const page of [1, 2, 3]) {
        const html = await text(page === 1 ? "/" : `/?page=${String(page)}`);
        const links = [...html.matchAll(/<h2 class="entry-title"><a href="\/post\/([^"]+)"/g)].map(([, slug]) =>
            decodeURIComponent(slug!),
        );
        seen.push(...links);
        expect(html.includes('rel="prev"'), String(page)).toBe(page > 1);
        expect(html.includes('rel="next"'), String(page)).toBe(page < 3);
    }
    expect(seen).toEqual(world.visible);
    for (const page of ["4", "0", "-1", "01", "x", "1.5", "999999999"]) {
        expect((await get(`/?page=${page}`)).status, page).toBe(404);
        expect((await get(`${categoryPath("서버")}?page=${page}`)).status, page).toBe(404);
    }
});

it("shows the posts before and after, and those that share the most", async () => {
    const html = await text(postPath(world.visible[1]!));
    expect(html).toContain(`rel="next" href="${postPath(world.visible[0]!)}"`);
    expect(html).toContain(`rel="prev" href="${postPath(world.visible[2]!)}"`);
    const related = await text(postPath(RICH_SLUG));
    const section = related.slice(related.indexOf('class="related"'));
    const titles = [...section.matchAll(/<h3 class="entry-title"><a[^>]*>([^<]*)/g)].map(([, title]) => title);
    expect(titles).toHaveLength(3);
    // Two of its tags and its category, each newer one first.
    expect(titles).toEqual(
        [0, 1, 2].map((round) => `백업은 되돌려 봐야 백업이다${round === 0 ? "" : ` (${String(round + 1)})`}`),
    );
});

describe("what readers may not see", () => {
    it("is at none of its addresses", async () => {
        for (const [why, slug] of Object.entries(world.hidden)) {
            const answer = await get(postPath(slug));
            expect(answer.status, why).toBe(404);
            expect(await answer.text(), why).not.toContain(SECRET);
            expect((await get(`/og/${slug}.png`)).status, `og of ${why}`).toBe(404);
        }
        expect((await get(categoryPath(SECRET))).status).toBe(404);
        expect((await get(tagPath(SECRET))).status).toBe(404);
    });

    it("is in no page, feed, map, list, search or link beside another post", async () => {
        const everywhere = [
            ...PAGES(),
            ...Object.keys(FILES),
            ...world.visible.map(postPath),
            `/search?q=${encodeURIComponent("본문")}`,
            "/nothing",
        ];
        for (const address of everywhere) {
            const body = await text(address);
            expect(body.includes(SECRET), address).toBe(false);
            expect(body.includes("hidden-"), address).toBe(false);
        }
        const found = await text(`/search?q=${encodeURIComponent(SECRET)}`);
        expect(found).toContain("찾는 글이 없습니다.");
        expect(found).not.toContain("hidden-");
    });

    it("isn't even redirected to: an old address of a post in the trash is gone", async () => {
        await database.pool.query(
            "INSERT INTO slug_redirect (slug, post_id) SELECT 'old-of-deleted', id FROM post WHERE slug = ?",
            [world.hidden.deleted],
        );
        expect((await get("/post/old-of-deleted")).status).toBe(404);
    });
});

describe("addresses that moved", () => {
    it("defect 12 of the original, a new title broke links: sends a post's old address to its new one, for good, also from the cache", async () => {
        for (const cache of ["miss", "hit"]) {
            const answer = await get(postPath(MOVED_FROM));
            expect(answer.status).toBe(301);
            expect(answer.headers.get("location")).toBe(postPath(RICH_SLUG));
            expect(answer.headers.get("x-cache")).toBe(cache);
        }
    });

    it("defect 12 of the original, titles that collide: keeps two posts apart whose titles differ by punctuation only", async () => {
        const first = await storePost(database, { title: "무엇이든 물어보세요!" });
        const second = await storePost(database, { title: "무엇이든, 물어보세요?" });
        expect(first.slug).not.toBe(second.slug);
        expect((await get(postPath(first.slug))).status).toBe(200);
        expect((await get(postPath(second.slug))).status).toBe(200);
    });

    it("sends an address in other letters to the post's own", async () => {
        const answer = await get(`/post/${ENGLISH_SLUG.toUpperCase()}`);
        expect([answer.status, answer.headers.get("location")]).toEqual([301, postPath(ENGLISH_SLUG)]);
    });

    it.each([
        ["/main", "/"],
        ["/main/", "/"],
        ["/feed/", "/rss.xml"],
        ["/index.xml", "/rss.xml"],
        ["/atom", "/atom.xml"],
        ["/tags/?a=b", "/tags?a=b"],
        [`${postPath(ENGLISH_SLUG)}/`, postPath(ENGLISH_SLUG)],
    ])("sends %s to %s, in one step", async (from, to) => {
        const answer = await get(from);
        expect([answer.status, answer.headers.get("location")]).toEqual([301, to]);
        const followed = await fetch(`${app.url}${from}`);
        expect([followed.status, followed.url]).toEqual([200, `${app.url}${to}`]);
    });
});

describe("an address that isn't there", () => {
    it.each(["/nothing", "/a/b/c", "/post/no-such-post", "/category/no", "/tag/no", "/preview/forged.token"])(
        "defect 11 of the original, an error for an unknown address: answers %s with 404, a search box and the newest posts, kept by no cache",
        async (address) => {
            const answer = await get(address);
            const html = await answer.text();
            expect(answer.status).toBe(404);
            expect(answer.headers.get("cache-control")).toMatch(/no-store|no-cache/);
            expect(meta(html, "robots")).toBe("noindex, follow");
            expect(canonical(html)).toBeUndefined();
            expect(html).toContain('role="search"');
            expect(html).toContain(postPath(RICH_SLUG));
            expect((await get(address)).headers.get("x-cache")).toBeNull();
        },
    );

    it("has the words of the address in its search box, as text", async () => {
        const html = await text("/post/" + encodeURIComponent('조용한-"><script>alert(1)</script>-서버'));
        expect(attribute(html, /<input id="q"[^>]*>/, "value")).toMatch(/^조용한 script alert 1 script 서버$/);
        expect(html).not.toContain("<script>alert");
    });

    it("is an error in JSON under /api", async () => {
        const answer = await get("/api/nothing");
        expect([answer.status, await answer.json()]).toEqual([
            404,
            { error: { message: expect.any(String) as string } },
        ]);
    });

    it("is said in order where the address itself is broken", async () => {
        const answer = await get("/post/%E0%A4%A");
        expect(answer.status).toBe(400);
        expect(await answer.text()).toContain("페이지를 찾을 수 없습니다");
    });
});

describe("search", () => {
    it("finds in the middle of words, marks what it found, and is kept out of search engines", async () => {
        const answer = await get(`/search?q=${encodeURIComponent("냉장")}`);
        const html = await answer.text();
        expect(answer.status).toBe(200);
        expect(html).toContain("<mark>냉장</mark>");
        expect(html).toContain("검색 결과");
        expect(meta(html, "robots")).toBe("noindex, follow");
        expect(answer.headers.get("x-cache")).toBeNull();
    });

    it("shows what was typed as text", async () => {
        const html = await text(`/search?q=${encodeURIComponent('"><img src=x onerror=alert(1)>')}`);
        expect(html).not.toContain("<img src=x");
        expect(html).toContain("찾는 글이 없습니다.");
    });

    it("asks for words where there are none, and says so where there are too many", async () => {
        expect(await text("/search")).toContain("찾을 낱말을 입력하세요.");
        expect(await text("/search?q=%20")).toContain("찾을 낱말을 입력하세요.");
        expect(await text(`/search?q=${"가".repeat(70)}`)).toContain("64자까지");
        expect((await get(`/search?q=${encodeURIComponent("습관")}&page=9`)).status).toBe(404);
    });
});

describe("a draft's signed link", () => {
    it("shows the draft to who has it, under a banner, kept by nobody", async () => {
        const services = createServices(env, createLog("error"));
        const [row] = await database.query.select().from(post).where(eq(post.slug, world.hidden.draft));
        const { path: link } = await services.posts.previewToken(row!.id);
        await services.close();
        const answer = await get(link);
        const html = await answer.text();
        expect(answer.status).toBe(200);
        expect(answer.headers.get("cache-control")).toContain("no-store");
        expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
        expect(answer.headers.get("x-robots-tag")).toContain("noindex");
        expect(meta(html, "robots")).toContain("noindex");
        expect(html).toContain(SECRET);
        expect(html).toContain('class="preview-banner"');
        expect(html).not.toContain("data-views");
        expect(canonical(html)).toBeUndefined();
    });
});

it("says in the blog's own words that a page can't be shown, and keeps that nowhere", async () => {
    await database.change(() => Promise.resolve());
    await database.pool.query("RENAME TABLE tag TO tag_away");
    try {
        await sleep(700);
        // Not asked for before: there is no older page to show.
        const answer = await get(`${tagPath("습관")}?page=2`);
        const html = await answer.text();
        expect(answer.status).toBe(500);
        expect(html).toContain("지금은 페이지를 보여 드릴 수 없습니다");
        expect(html).not.toMatch(/tag_away|ER_NO_SUCH_TABLE|select/i);
        expect(answer.headers.get("cache-control") ?? "").not.toContain("s-maxage");
    } finally {
        await database.pool.query("RENAME TABLE tag_away TO tag");
    }
    expect((await get(`${tagPath("습관")}?page=2`)).status).toBe(200);
});

it("defect 7 of the original, drafts in the sitemap: lists in it what is published, and nothing twice", async () => {
    const xml = await text("/sitemap.xml");
    const locations = [...xml.matchAll(/<loc>([^<]*)<\/loc>/g)].map(([, address]) => address!);
    expect(new Set(locations).size).toBe(locations.length);
    for (const slug of world.visible) expect(locations).toContain(app.url + postPath(slug));
    for (const slug of Object.values(world.hidden)) expect(locations).not.toContain(app.url + postPath(slug));
    for (const address of locations) expect((await fetch(address)).status, address).toBe(200);
});

const seedFolder = process.env.BLOG_SEED ?? path.resolve(root, "../../shared/seed");
const seed = existsSync(seedFolder) ? readdirSync(seedFolder).find((name) => name.endsWith(".txt")) : undefined;
it.skipIf(seed === undefined)(
    `sends the seed's post in at most 12 KB (skipped where BLOG_SEED has no post: ${seedFolder})`,
    async () => {
        const markdown = readFileSync(path.join(seedFolder, seed!), "utf8").replace(/^---\n.*?\n---\n/s, "");
        const { slug } = await storePost(database, { title: "Seed", markdown, category: "서버", tags: ["습관"] });
        const html = await text(postPath(slug));
        expect(html.match(/class="missing-picture"/g)!.length).toBeGreaterThan(0);
        expect(gzipSync(html, { level: 6 }).length).toBeLessThanOrEqual(12 * 1024);
    },
);

it("keeps to its sizes", async () => {
    const script = readFileSync(path.join(root, "dist/public/reader.js"));
    expect(script.length).toBeLessThanOrEqual(10 * 1024);
    expect(gzipSync(await text(postPath(RICH_SLUG)), { level: 6 }).length).toBeLessThanOrEqual(12 * 1024);
    const address = / src="(\/reader\.js\?v=[^"]+)"/.exec(await text("/"))![1]!;
    const answer = await get(address);
    expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
});

it("serves icons", async () => {
    for (const icon of ["favicon.svg", "favicon.ico", "icon-192.png", "icon-512.png", "apple-touch-icon.png"]) {
        expect((await get(`/${icon}`)).status, icon).toBe(200);
    }
});

it("speaks English where the site does", async () => {
    const english = await freshEnvironment({ SITE_NAME: "A shelf", SITE_LANGUAGE: "en" });
    await makeWorld(english.env);
    const server = await startApp(english.variables);
    try {
        const html = await (await fetch(`${server.url}${postPath(RICH_SLUG)}`)).text();
        expect(html).toContain('<html lang="en"');
        expect(html).toContain('<article lang="ko">');
        expect(html).toContain("min read");
        expect(await (await fetch(`${server.url}/nothing`)).text()).toContain("Page not found");
    } finally {
        await server.stop();
    }
});
