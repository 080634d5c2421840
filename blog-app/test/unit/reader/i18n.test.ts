import { describe, expect, it } from "vitest";

import { dateFormats } from "../../../src/i18n/dates";
import { strings } from "../../../src/i18n/strings";

/** Every text of a table, with functions called with what they take. */
function texts(table: object, path = ""): [string, string][] {
    return Object.entries(table).flatMap(([name, value]: [string, unknown]): [string, string][] => {
        if (typeof value === "object" && value !== null) return texts(value, `${path}${name}.`);
        if (typeof value !== "function") return [[path + name, String(value)]];
        const made = (value as (...given: unknown[]) => string)(3, 7);
        return [[path + name, made]];
    });
}

describe.each(["ko", "en"] as const)("the words in %s", (language) => {
    it("are all there, none empty, none unfinished", () => {
        for (const [name, text] of texts(strings(language))) {
            expect(text.trim(), name).not.toBe("");
            expect(text, name).not.toMatch(/undefined|NaN|TODO|\[object/);
        }
    });

    it("are in that language", () => {
        for (const [name, text] of texts(strings(language))) {
            if (name === "language" || name === "locale") continue;
            if (language === "ko") expect(text, name).toMatch(/\p{Script=Hangul}/u);
            else expect(text, name).not.toMatch(/\p{Script=Hangul}/u);
        }
    });
});

it("has the same names in both", () => {
    const names = (language: "ko" | "en") => texts(strings(language)).map(([name]) => name);
    expect(names("ko")).toEqual(names("en"));
});

it("counts", () => {
    expect(strings("en").views(1)).toBe("1 view");
    expect(strings("en").views(1234)).toBe("1,234 views");
    expect(strings("ko").views(1234)).toBe("조회 1,234회");
});

it("has dates of the site's time zone, not of the server's", () => {
    // Past midnight in Seoul, the day before in New York, and another year.
    const time = "2025-12-31T15:30:00.000Z";
    const seoul = dateFormats("ko", "Asia/Seoul");
    expect([seoul.long(time), seoul.short(time), seoul.year(time)]).toEqual(["2026년 1월 1일", "01.01", 2026]);
    const newYork = dateFormats("en", "America/New_York");
    expect([newYork.long(time), newYork.short(time), newYork.year(time)]).toEqual([
        "December 31, 2025",
        "Dec 31",
        2025,
    ]);
});
