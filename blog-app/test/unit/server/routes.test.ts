import { describe, expect, it } from "vitest";

import { hasDots, movedTo, originForm, pageAddress, routeOf } from "../../../src/server/routes";

describe("routeOf", () => {
    it.each([
        ["/", "page", "home"],
        ["/post/%EB%B8%94%EB%A1%9C%EA%B7%B8", "page", "post"],
        ["/rss.xml", "page", "feed"],
        ["/search", "dynamic", "search"],
        ["/admin", "dynamic", "admin"],
        ["/administer", "dynamic", "other"],
        ["/api/posts", "dynamic", "api"],
        ["/_next/static/chunks/a.js", "file", "file"],
        ["/post/a/b", "dynamic", "other"],
        ["/preview/token", "dynamic", "preview"],
        ["/_next/data/build/admin/trash.json", "dynamic", "admin"],
        ["/_next/data/build/post/a.json", "file", "file"],
    ])("%s is a %s of %s", (path, kind, name) => {
        expect(routeOf(path)).toMatchObject({ kind, name });
    });
});

describe("pageAddress", () => {
    const address = (url: string) => {
        const { pathname, searchParams } = new URL(url, "http://localhost");
        return pageAddress(pathname, searchParams, routeOf(pathname));
    };
    it("keeps one copy of a page, whatever a link has added", () => {
        expect(address("/post/a?utm_source=x&fbclid=y")).toBe("/post/a");
        expect(address("/?utm_source=x&page=2")).toBe("/?page=2");
        expect(address("/?page=")).toBe("/?page=");
    });
    it("keeps a path's encoding", () => {
        expect(address("/post/%EA%B0%80%2Fb")).toBe("/post/%EA%B0%80%2Fb");
    });
    it("is one for all spellings of a path", () => {
        const spelled = (path: string) => pageAddress(path, new URLSearchParams(), routeOf(path));
        expect(spelled("/post/%ea%b0%80")).toBe("/post/%EA%B0%80");
        expect(spelled("/post/%68ello")).toBe("/post/hello");
        expect(spelled("/post/hello#1")).toBe("/post/hello%231");
        expect(spelled("/post/%")).toBe("/post/%");
    });
});

it("knows what is asked for under another address", () => {
    const cases: [string, string | undefined][] = [
        ...["/feed", "/feed/", "/rss", "/rss/", "/feed.xml", "/index.xml"].map((path): [string, string] => [
            path,
            "/rss.xml",
        ]),
        ["/atom", "/atom.xml"],
        ["/main", "/"],
        ["/main/", "/"],
        ["/post/%EA%B0%80/", "/post/%EA%B0%80?a=b"],
        ["/admin//", "/admin?a=b"],
        ...["/", "//", "/post/a", "/rss.xml", "/feed.json", "/images/x/", "/_next/x/"].map(
            (path): [string, undefined] => [path, undefined],
        ),
        // No way to another site.
        ...["//evil.example/", "/\\evil.example/", "///evil.example//"].map((path): [string, undefined] => [
            path,
            undefined,
        ]),
    ];
    for (const [path, address] of cases) expect(movedTo(path, "?a=b"), path).toBe(address);
});

it("reads a target that is a whole address", () => {
    expect(originForm("http://evil.example/post/a?b")).toBe("/post/a?b");
    expect(originForm("HTTPS://evil.example")).toBe("/");
    expect(originForm("http://evil.example?page=2")).toBe("/?page=2");
    expect(originForm("/http://a")).toBe("/http://a");
    expect(originForm("*")).toBe("*");
});

it("knows dots that lead to another address from those of a slug", () => {
    for (const path of ["/post/..", "/post/%2e%2E", "/tag/.", "/post/../admin"]) expect(hasDots(path), path).toBe(true);
    for (const path of ["/", "/post/...", "/post/a..", "/post/.a", "/rss.xml"]) expect(hasDots(path), path).toBe(false);
});
