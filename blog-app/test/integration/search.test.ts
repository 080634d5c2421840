import type { RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, expect, test } from "vitest";

import { corpus, random } from "../../bench/corpus";
import { openDatabase, type Database } from "../../src/data/database";
import { post } from "../../src/data/schema";
import { createSearch, type Search } from "../../src/search/search";
import { freshEnvironment } from "../support/app";
import { storePost } from "../support/posts";

let database: Database;
let search: Search;
let posts: { slug: string; text: string; title: string }[];
beforeAll(async () => {
    database = openDatabase((await freshEnvironment()).env);
    search = createSearch(database);
    for (const fields of corpus(60)) await storePost(database, fields);
    const more = [
        { title: "쿠버네티스 클러스터를 집에 두기", markdown: "노트북 두 대로 **k3s**를 돌린다. 비용이 적다." },
        { title: "Old notes", markdown: "Kubernetes를 처음 쓴 날. 쿠버네티스가 낯설었다. <b>a &amp; b</b> 100%_확실" },
        { title: "커피", markdown: "글 하나와 책 한 권. ＡＢＣ 그리고 ㈜회사, café에서 C++ 공부, 漢字도 읽는다." },
        { title: "숨은 글", markdown: "쿠버네티스 비밀", status: "private" as const },
        { title: "초안", markdown: "쿠버네티스 초안", status: "draft" as const },
    ];
    for (const fields of more) await storePost(database, fields);
    const trashed = await storePost(database, { title: "버린 글", markdown: "쿠버네티스 버림" });
    await database.pool.query("UPDATE post SET deleted_at = NOW(3) WHERE id = ?", [trashed.id]);
    const [rows] = await database.pool.query<RowDataPacket[]>(
        "SELECT slug, title, text FROM post JOIN post_search ON post_id = id WHERE status = 'published' AND deleted_at IS NULL",
    );
    posts = rows as typeof posts;
});
afterAll(() => database.close());

const all = async (query: string) => {
    const slugs: string[] = [];
    for (let page = 1; ; page++) {
        const { total, results } = await search.find(query, { page, size: 50 });
        slugs.push(...results.map(({ slug }) => slug));
        if (results.length < 50) {
            expect(slugs).toHaveLength(total);
            return slugs.sort();
        }
    }
};
/** The oracle: what the database's own LIKE finds. */
const like = async (...words: string[]) => {
    const [rows] = await database.pool.query<RowDataPacket[]>(
        `SELECT slug FROM post JOIN post_search ON post_id = id WHERE status = 'published' AND deleted_at IS NULL AND ${words.map(() => "text LIKE ?").join(" AND ")}`,
        words.map((word) => `%${word.replace(/[\\%_]/g, "\\$&")}%`),
    );
    return rows.map(({ slug }) => slug as string).sort();
};

test("finds what LIKE finds: two syllables and more, at the beginning, the middle and the end of words", async () => {
    const next = random(7);
    const runs = posts.flatMap(({ text }) => text.match(/\p{Script=Hangul}{2,}/gu) ?? []);
    let found = 0;
    for (let count = 0; count < 150; count++) {
        const run = runs[Math.floor(next() * runs.length)]!;
        const length = Math.min(run.length, 2 + Math.floor(next() * 3));
        const from = Math.floor(next() * (run.length - length + 1));
        const query = run.slice(from, from + length);
        const expected = await like(query);
        expect(await all(query), query).toEqual(expected);
        found += expected.length;
    }
    expect(found).toBeGreaterThan(150);
});

test("one syllable, Latin words by their beginning, mixtures, and several words in any order", async () => {
    for (const query of ["글", "캐", "티", "권", "漢"]) expect(await all(query), query).toEqual(await like(query));
    const words = (beginning: string) =>
        posts
            .filter(({ text }) => new RegExp(`(?<![\\p{L}\\p{N}])${beginning}`, "iu").test(text.normalize("NFKC")))
            .map(({ slug }) => slug)
            .sort();
    for (const query of ["kube", "KUBERNETES", "Type", "k3s", "café"])
        expect(await all(query), query).toEqual(words(query));
    expect(await all("k3s를")).toEqual(await like("k3s를"));
    expect(await all("쿠버네티스 캐시")).toEqual(await like("쿠버네티스", "캐시"));
    expect(await all("캐시   쿠버네티스")).toEqual(await like("쿠버네티스", "캐시"));
    expect(await all("클러스터 비용 k3s")).toEqual(["쿠버네티스-클러스터를-집에-두기"]);
    expect(await all("abc")).toEqual(["커피"]);
    expect(await all("쿠버".normalize("NFD"))).toEqual(await like("쿠버"));
});

test("what isn't there, nothing, and what the index doesn't hold", async () => {
    expect(await all("없는낱말임")).toEqual([]);
    expect(await all("가힣")).toEqual([]);
    for (const query of ["", "   "])
        expect(await search.find(query, { page: 1, size: 10 })).toEqual({ total: 0, results: [] });
    expect(await all("%_")).toEqual(await like("%_"));
    expect(await all("++")).toEqual(["커피"]);
    expect(await all("&")).toEqual(["Old-notes"]);
    for (const query of ['"', "+-><()~*@", "'; DROP TABLE post; --", "+", "* *", '"가', "(나", "가*", "\\", "\u0000"]) {
        await search.find(query, { page: 1, size: 10 });
    }
    expect(await database.query.select().from(post)).not.toEqual([]);
});

test("titles come first, then the newest; published ones only", async () => {
    const { total, results } = await search.find("쿠버네티스", { page: 1, size: 50 });
    expect(total).toBe((await like("쿠버네티스")).length);
    const inTitle = results.map(({ title }) => title.includes("쿠버네티스"));
    expect(inTitle.indexOf(false)).toBe(inTitle.lastIndexOf(true) + 1);
    for (const group of [true, false]) {
        const times = results
            .filter((_, index) => inTitle[index] === group)
            .map(({ publishedAt }) => publishedAt.getTime());
        expect(times).toEqual([...times].sort((a, b) => b - a));
    }
    expect(results.map(({ title }) => title)).not.toEqual(expect.arrayContaining(["숨은 글"]));
    expect(results.map(({ title }) => title)).not.toEqual(expect.arrayContaining(["버린 글"]));
});

test("pages, and one past the last", async () => {
    const whole = await search.find("캐시", { page: 1, size: 50 });
    const second = await search.find("캐시", { page: 2, size: 5 });
    expect(second.total).toBe(whole.total);
    expect(second.results.map(({ slug }) => slug)).toEqual(whole.results.slice(5, 10).map(({ slug }) => slug));
    expect(await search.find("캐시", { page: 999, size: 5 })).toEqual({ total: whole.total, results: [] });
    expect((await search.find("캐시", { page: -3, size: 100_000 })).results.length).toBeLessThanOrEqual(50);
});

test("what matches is marked in title and snippet, and all else is escaped", async () => {
    const { results } = await search.find("쿠버네티스", { page: 1, size: 50 });
    expect(results.find(({ slug }) => slug === "쿠버네티스-클러스터를-집에-두기")?.titleHtml).toBe(
        "<mark>쿠버네티스</mark> 클러스터를 집에 두기",
    );
    const notes = results.find(({ slug }) => slug === "Old-notes")?.snippetHtml;
    expect(notes).toBe("Kubernetes를 처음 쓴 날. <mark>쿠버네티스</mark>가 낯설었다. a &amp; b 100%_확실");
    for (const { snippetHtml } of results) expect(snippetHtml.length).toBeLessThan(400);
});
