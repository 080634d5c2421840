import { describe, expect, it } from "vitest";

import { jsonForScript } from "../../../src/reader/json-ld";
import { pageLinks, pageNumber, wordsOfPath } from "../../../src/reader/page-number";
import { pagePath, postPath, searchPath } from "../../../src/reader/paths";
import { byYear } from "../../../src/reader/years";

describe("a page's number", () => {
    it.each([
        [undefined, 1],
        ["1", 1],
        ["12", 12],
        ["0", undefined],
        ["-1", undefined],
        ["01", undefined],
        ["1.5", undefined],
        ["1e3", undefined],
        ["", undefined],
        ["9999999", undefined],
        ["abc", undefined],
        [["1", "2"], undefined],
    ])("is read from %j as %j", (value, expected) => {
        expect(pageNumber(value)).toBe(expected);
    });

    it.each([
        [1, 1, [1]],
        [1, 3, [1, 2, 3]],
        [1, 10, [1, 2, null, 10]],
        [5, 10, [1, null, 4, 5, 6, null, 10]],
        [4, 10, [1, 2, 3, 4, 5, null, 10]],
        [10, 10, [1, null, 9, 10]],
    ])("links from page %i of %i to %j", (page, pages, expected) => {
        expect(pageLinks(page, pages)).toEqual(expected);
    });

    it("is left out of the first page's address", () => {
        expect(pagePath("/tag/x", 1)).toBe("/tag/x");
        expect(pagePath("/tag/x", 2)).toBe("/tag/x?page=2");
        expect(searchPath("온도 재기", 2)).toBe("/search?q=%EC%98%A8%EB%8F%84+%EC%9E%AC%EA%B8%B0&page=2");
    });
});

it.each([
    ["/post/kubernetes-at-home", "kubernetes at home"],
    ["/post/%EC%9E%91%EC%9D%80-%EC%84%9C%EB%B2%84?page=2", "작은 서버"],
    ["/old/2023/server_notes.html", "server notes"],
    ["/%E0%A4%A", ""],
    ["/", ""],
    [`/${"a".repeat(200)}`, "a".repeat(64)],
    ["/<script>alert(1)</script>", "script"],
])("takes the words of the address %s for the search box", (path, words) => {
    expect(wordsOfPath(path)).toBe(words);
});

it("writes JSON that can't end its script element", () => {
    const data = { title: "</script><script>alert(1)</script><!-- & \u2028", nested: ["<"] };
    const json = jsonForScript(data);
    expect(json).not.toMatch(/[<>&]/);
    expect(JSON.parse(json)).toEqual(data);
});

it("encodes what a slug may hold", () => {
    expect(postPath("한글/슬래시?#")).toBe(`/post/${encodeURIComponent("한글/슬래시?#")}`);
});

it("puts things together by year, in their order", () => {
    expect(byYear([2026.2, 2026.1, 2024.5], Math.floor)).toEqual([
        [2026, [2026.2, 2026.1]],
        [2024, [2024.5]],
    ]);
});
