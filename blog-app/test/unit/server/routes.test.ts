import { describe, expect, it } from "vitest";

import { pageAddress, routeOf } from "../../../src/server/routes";

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
});
