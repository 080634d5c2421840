import { beforeAll, describe, expect, it } from "vitest";

import { breakLines, drawOg, loadFonts, type Fonts } from "../../../src/og/draw";

/** A pixel a character. */
const width = (text: string) => text.length;

describe("lines of a title", () => {
    it.each([
        ["one two three", 13, 3, ["one two three"], true],
        ["one two three", 8, 3, ["one two", "three"], true],
        ["one two three", 7, 1, ["one tw…"], false],
        ["one  two\n three ", 8, 2, ["one two", "three"], true],
        ["abcdefghij", 4, 3, ["abcd", "efgh", "ij"], true],
        ["abcdefghij", 4, 2, ["abcd", "efg…"], false],
        ["ab cdefghij", 4, 4, ["ab", "cdef", "ghij"], true],
        ["가나다 라마바사", 4, 2, ["가나다", "라마바사"], true],
        ["가나다 라마바사 아자", 4, 2, ["가나다", "라마바…"], false],
        ["", 4, 2, [], true],
    ])("%j in %d pixels, %d lines", (text, pixels, lines, wanted, fits) => {
        expect(breakLines(text, width, { pixels, lines })).toEqual({ lines: wanted, fits });
    });

    it("never cut a character in two", () => {
        const family = "👨‍👩‍👧‍👦";
        const { lines } = breakLines(family.repeat(4), width, { pixels: family.length * 2, lines: 2 });
        expect(lines).toEqual([family.repeat(2), family.repeat(2)]);
    });

    it("end also where nothing fits", () => {
        expect(breakLines("abc", width, { pixels: 0, lines: 2 }).lines).toHaveLength(2);
        expect(breakLines("가".repeat(200_000), width, { pixels: 10, lines: 4 }).lines).toHaveLength(4);
    });
});

describe("the drawing", () => {
    let fonts: Fonts;
    beforeAll(async () => {
        fonts = await loadFonts();
    });
    const content = { title: "제목", site: "Blog", category: "분류", date: "2026년 3월 14일" };

    it("is outlines only, whatever the texts hold", () => {
        const hostile = `</svg><script>alert(1)</script>"&'<image href="file:///etc/passwd"/>`;
        const svg = drawOg({ title: hostile, site: hostile, category: hostile, date: hostile }, fonts);
        expect(svg).not.toMatch(/script|image|text|href|passwd|font/);
        expect(svg).toMatch(/^<svg xmlns="[^"]+" width="1200" height="630">/);
    });

    it("has Hangul and Latin letters of the font, and leaves out what the font lacks", () => {
        for (const text of ["한글", "Latin", "café → 1"]) expect(fonts.bold.width(text, 60), text).toBeGreaterThan(0);
        expect(fonts.bold.width("🚀", 60)).toBe(0);
        expect(fonts.bold.outline("가", 60, 10, 20)).toMatch(/^<g transform="translate\(10 20\)[^>]*><path [^>]*d="M/);
        expect(fonts.bold.width("가나", 60)).toBeCloseTo(2 * fonts.bold.width("가", 60), 0);
    });

    it("stays the same, and is another for another title", () => {
        expect(drawOg(content, fonts)).toBe(drawOg(content, fonts));
        expect(drawOg({ ...content, title: "제목2" }, fonts)).not.toBe(drawOg(content, fonts));
        expect(drawOg({ ...content, category: "", date: "" }, fonts)).not.toBe(drawOg(content, fonts));
    });

    it("stays inside of the picture, however long the title is", () => {
        for (const title of ["짧다", "길고 긴 제목 ".repeat(40), "띄어쓰기없이".repeat(60), "W".repeat(300)]) {
            const svg = drawOg({ ...content, title }, fonts);
            const lines = [...svg.matchAll(/<g transform="translate\(88 ([\d.]+)\) scale\(([\d.]+)/g)].map(
                ([, y, scale]) => ({ y: Number(y), size: Number(scale) * 2048 }),
            );
            const titles = lines.filter(({ size }) => size > 40);
            expect(titles.length).toBeGreaterThan(0);
            expect(titles.length).toBeLessThanOrEqual(4);
            for (const { y, size } of titles) {
                expect(y - size * 0.9).toBeGreaterThan(122);
                expect(y + size * 0.25).toBeLessThan(506);
            }
        }
    });
});
