import { XMLParser } from "fast-xml-parser";
import { SyntaxValidator } from "fast-xml-validator";
import { expect, it } from "vitest";

import { absoluteUrls } from "../../../src/reader/absolute-urls";
import { atom, jsonFeed, robots, rss, sitemap, type Feed } from "../../../src/reader/feeds";
import type { Site } from "../../../src/reader/site";

const site: Site = {
    url: "https://blog.example.org",
    name: `글 & <b>"quotes"</b>`,
    description: "A & B",
    language: "ko",
    timeZone: "Asia/Seoul",
    script: "/reader.js",
};
const NASTY = `]]> <script>alert("1")</script> & \u0000\u0008\ud800 끝 \u{1f600}`;
const feed: Feed = {
    author: "한결 & 친구",
    posts: [
        {
            slug: "한글-주소",
            title: NASTY,
            publishedAt: "2026-03-01T00:30:00.000Z",
            updatedAt: "2026-03-02T00:00:00.000Z",
            language: "ko",
            description: NASTY,
            html: `<p>${NASTY.replaceAll("<", "&#x3C;")} <a href="/post/x">x</a><img src="/images/1" alt="a"></p>`,
            categories: ["서버 & 집", NASTY],
        },
        {
            slug: "two",
            title: "Two",
            publishedAt: "2026-02-01T00:00:00.000Z",
            updatedAt: "2026-03-05T00:00:00.000Z",
            language: "en",
            description: "",
            html: "<p>2</p>",
            categories: [],
        },
    ],
};
const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "@", parseTagValue: false });
interface Rss {
    rss: { channel: { title: string; item: { title: string; link: string; "content:encoded": string }[] } };
}
interface Atom {
    feed: {
        updated: string;
        entry: { "@xml:lang": string; title: string; id: string; content: { "#text": string } }[];
    };
}

it.each([
    ["RSS", rss(site, feed)],
    ["Atom", atom(site, feed)],
    ["an empty RSS", rss(site, { posts: [], author: null })],
    ["an empty Atom", atom(site, { posts: [], author: null })],
    ["a sitemap", sitemap(site, [{ path: "/post/%ED%95%9C?a=1&b=2", updatedAt: "2026-03-01T00:30:00.000Z" }])],
])("writes %s that is XML", (_, xml) => {
    expect(SyntaxValidator.validate(xml)).toBe(true);
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]|[\ud800-\udbff](?![\udc00-\udfff])/);
});

it("puts the whole posts into RSS, with addresses that hold anywhere", () => {
    const { channel } = (parser.parse(rss(site, feed)) as Rss).rss;
    expect(channel.title).toBe(site.name);
    expect(channel.item).toHaveLength(2);
    expect(channel.item[0]!.title).toContain(`<script>alert("1")</script>`);
    expect(channel.item[0]!.link).toBe(`https://blog.example.org/post/${encodeURIComponent("한글-주소")}`);
    expect(channel.item[0]!["content:encoded"]).toContain('<a href="https://blog.example.org/post/x">');
    expect(channel.item[0]!["content:encoded"]).toContain('<img src="https://blog.example.org/images/1"');
});

it("says in Atom when the newest change was, and each post's language", () => {
    const { feed: parsed } = parser.parse(atom(site, feed)) as Atom;
    expect(parsed.updated).toBe("2026-03-05T00:00:00.000Z");
    expect(parsed.entry.map((entry) => entry["@xml:lang"])).toEqual(["ko", "en"]);
    expect(parsed.entry[1]!.content["#text"]).toBe("<p>2</p>");
});

it("writes JSON Feed 1.1", () => {
    const parsed = JSON.parse(jsonFeed(site, feed)) as { version: string; items: Record<string, unknown>[] };
    expect(parsed.version).toBe("https://jsonfeed.org/version/1.1");
    expect(parsed.items[1]).toMatchObject({
        id: "https://blog.example.org/post/two",
        content_html: "<p>2</p>",
        date_published: "2026-02-01T00:00:00.000Z",
        date_modified: "2026-03-05T00:00:00.000Z",
    });
    expect(parsed.items[1]).not.toHaveProperty("tags");
});

it("keeps programs out of the author's side, and names the sitemap", () => {
    expect(robots(site)).toMatch(/^Disallow: \/admin$/m);
    expect(robots(site)).toMatch(/^Sitemap: https:\/\/blog\.example\.org\/sitemap\.xml$/m);
});

it.each([
    ['<a href="/post/x">', '<a href="https://s/post/x">'],
    ['<a href="#fn-1">', '<a href="https://s/post/p#fn-1">'],
    ['<a href="//other.example/x">', '<a href="//other.example/x">'],
    ['<a href="https://other.example/x">', '<a href="https://other.example/x">'],
    ['<a href="mailto:a@example.org">', '<a href="mailto:a@example.org">'],
    [
        '<img alt="" src="/images/1?w=2" srcset="/images/1?w=2 2w, /images/1?w=4 4w" sizes="(min-width: 1px) 1px, 2px">',
        '<img alt="" src="https://s/images/1?w=2" srcset="https://s/images/1?w=2 2w, https://s/images/1?w=4 4w" sizes="(min-width: 1px) 1px, 2px">',
    ],
    // Text that looks like a tag's.
    ['<p>&#x3C;a href="/x"> src="/y"</p>', '<p>&#x3C;a href="/x"> src="/y"</p>'],
    ['<p title="a > b" id="x">t</p><a href="/x">', '<p title="a > b" id="x">t</p><a href="https://s/x">'],
])("makes addresses whole: %s", (html, expected) => {
    expect(absoluteUrls(html, "https://s", "https://s/post/p")).toBe(expected);
});
