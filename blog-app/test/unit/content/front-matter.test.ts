import fc from "fast-check";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";

import { formatPost, FrontMatterError, parsePost, type PostFile } from "../../../src/content/front-matter";
import { slugOf } from "../../../src/content/slug";
import { POST_STATUSES } from "../../../src/posts/fields";

const FILE = `---
layout: post
thumbnail: 93f29256-b61c-482b-b132-6f3cc79e3750
title: "나의 기록 - 하나, 둘"
createdAt: 2023-09-29 09:49:15.513000
updatedAt: 2023-09-30 09:49:15.000000
category: "기록"
---
본문

---
끝


`;

test("the original's form is read, and written again byte for byte", () => {
    const post = parsePost(FILE);
    expect(post).toEqual({
        title: "나의 기록 - 하나, 둘",
        slug: "나의-기록-하나-둘",
        createdAt: new Date("2023-09-29T09:49:15.513Z"),
        updatedAt: new Date("2023-09-30T09:49:15Z"),
        publishedAt: new Date("2023-09-29T09:49:15.513Z"),
        category: "기록",
        thumbnail: "93f29256-b61c-482b-b132-6f3cc79e3750",
        status: "published",
        tags: [],
        description: "",
        markdown: "본문\n\n---\n끝\n\n\n",
    });
    expect(formatPost(post)).toBe(FILE);
});

test("any post survives", () => {
    const time = fc.date({ min: new Date("1970-01-01"), max: new Date("2099-12-31"), noInvalidDate: true });
    const text = (maxLength: number) =>
        fc
            .string({ unit: "binary", maxLength })
            .map((one) =>
                one.replace(/[\ud800-\udfff]/g, (c, i: number, all: string) =>
                    /[\ud800-\udbff][\udc00-\udfff]/.test(all.slice(i, i + 2)) ||
                    /[\ud800-\udbff][\udc00-\udfff]/.test(all.slice(i - 1, i + 1))
                        ? c
                        : "",
                ),
            );
    const awkward = fc.constantFrom(
        '"',
        "\\",
        "\n",
        "\r\n",
        "\u2028",
        "😀",
        "---",
        ": ",
        "#",
        "'",
        "%",
        "{",
        "\t",
        "한글",
    );
    const title = fc
        .array(fc.oneof(awkward, text(5)), { maxLength: 8 })
        .map((parts) => parts.join("").trim().slice(0, 100).trim() || "제목");
    const posts = fc.record({
        title,
        given: fc.option(text(30)),
        createdAt: time,
        updatedAt: time,
        publishedAt: fc.option(time),
        category: text(40).map((one) => one.trim()),
        thumbnail: fc.option(fc.uuid()),
        status: fc.constantFrom(...POST_STATUSES),
        tags: fc.array(
            text(20).filter((one) => one !== ""),
            { maxLength: 4 },
        ),
        description: text(100),
        markdown: fc.oneof(text(100), fc.constantFrom("---\n", "\n---\na: b\n---\n", "")),
    });
    fc.assert(
        fc.property(posts, ({ given, ...rest }) => {
            const publishedAt =
                rest.status === "published" || rest.status === "scheduled"
                    ? (rest.publishedAt ?? rest.createdAt)
                    : rest.publishedAt;
            const post: PostFile = {
                ...rest,
                publishedAt,
                slug: slugOf(given ?? "") || slugOf(rest.title) || "post",
            };
            expect(parsePost(formatPost(post))).toEqual(post);
        }),
        { numRuns: 200 },
    );
}, 60_000);

describe("faults name the line and what is wanted", () => {
    const withLine = (field: string, line: string) => FILE.replace(new RegExp(`^${field}:.*$`, "m"), line);
    test.each([
        ["no front matter at all\n", 1, /^no front matter; wanted:/],
        ["---\ntitle: a\n", 1, /no end/],
        [withLine("title", "title:"), 4, /^title: missing/],
        [withLine("title", `title: "${"a".repeat(201)}"`), 4, /^title: 201 characters; wanted: at most 200/],
        [withLine("title", 'title: "open'), 4, /quote/i],
        [withLine("createdAt", "createdAt: yesterday"), 5, /^createdAt: "yesterday" is no time; wanted: 2024/],
        [withLine("createdAt", "createdAt: 2023-13-41 00:00:00"), 5, /is no time/],
        [withLine("createdAt", ""), 1, /^createdAt: missing/],
        [withLine("thumbnail", "thumbnail: me.png"), 3, /^thumbnail: "me.png"; wanted: a picture's id/],
        [withLine("category", "categories: [a]"), 7, /^categories: no such field; wanted: one of/],
        [withLine("category", "status: public"), 7, /^status: wanted: one of draft/],
        [withLine("category", "status: scheduled"), 7, /publishedAt/],
        [withLine("category", "tags: word"), 7, /^tags: wanted/],
        [withLine("category", "title: twice"), 7, /unique/],
        [withLine("category", "category: *a"), 1, /./],
    ])("%#", (file, line, message) => {
        let thrown: unknown;
        try {
            parsePost(file);
        } catch (error) {
            thrown = error;
        }
        expect(thrown).toBeInstanceOf(FrontMatterError);
        expect((thrown as FrontMatterError).message).toMatch(message);
        if (line > 1) expect((thrown as FrontMatterError).line).toBe(line);
    });
});

test("lines that end as Windows ends them, and a mark of order, are read", () => {
    expect(parsePost("\ufeff" + FILE.replaceAll("\n", "\r\n")).title).toBe("나의 기록 - 하나, 둘");
});

const seedFolder = process.env.BLOG_SEED ?? path.resolve(import.meta.dirname, "../../../../../shared/seed");
const seed = existsSync(seedFolder) ? readdirSync(seedFolder).find((name) => name.endsWith(".txt")) : undefined;
test.skipIf(seed === undefined)("the seed's post comes out byte for byte (skipped where it is absent)", () => {
    const file = readFileSync(path.join(seedFolder, seed!), "utf8");
    expect(formatPost(parsePost(file))).toBe(file);
});
