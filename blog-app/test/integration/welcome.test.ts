import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";

import { seedWelcome } from "../../src/content/welcome/seed";
import { openDatabase, type Database } from "../../src/data/database";
import { post } from "../../src/data/schema";
import type { Env } from "../../src/server/env";
import { withTransfer } from "../../src/transfer/open";
import { freshEnvironment } from "../support/app";

let env: Env;
let database: Database;
beforeAll(async () => {
    env = (await freshEnvironment()).env;
    database = openDatabase(env);
});
afterAll(() => database.close());

test("the welcome posts use all that the renderer has, in Korean and English, and come once", async () => {
    const first = await withTransfer(env, seedWelcome);
    expect(first).toMatchObject({ images: 3, updated: [], unchanged: [], skipped: [] });
    expect(first.added).toHaveLength(4);
    expect(first.missingImages).toEqual([]);
    const again = await withTransfer(env, seedWelcome);
    expect(again).toMatchObject({ added: [], updated: [], images: 0 });
    const posts = await database.query.select().from(post).where(eq(post.status, "published"));
    expect(posts.map(({ language }) => language).sort()).toEqual(["en", "ko", "ko", "ko"]);
    const html = posts.map((one) => one.html).join("");
    for (const part of [
        ...[
            '<figure class="code"',
            'class="code-title"',
            'class="tk-keyword"',
            'class="tk-inserted"',
            "<math",
            '<div class="math"',
        ],
        ...[
            '<div class="table"',
            'class="task-list-item"',
            'class="footnotes"',
            "<details>",
            "<kbd>",
            "<ruby>",
            "<mark>",
        ],
        ...['class="picture"', "srcset=", 'class="placeholder"', '<figure class="captioned">'],
        ...["<blockquote>", "<ol>", "<hr>", "<del>", "<strong>&#x22;", 'rel="noopener"', 'id="발행"'],
    ]) {
        expect(html, part).toContain(part.replace("&#x22;", '"'));
    }
    expect(html).not.toMatch(/style=|math-fault|render-fault/);
    expect(posts.every(({ toc }) => toc.length > 1)).toBe(true);
});

test("their links lead to posts that are there", async () => {
    const posts = await database.query.select().from(post);
    const slugs = posts.map(({ slug }) => slug);
    for (const { html } of posts) {
        for (const [, link = ""] of html.matchAll(/href="\/post\/([^"]+)"/g))
            expect(slugs).toContain(decodeURIComponent(link));
    }
});
