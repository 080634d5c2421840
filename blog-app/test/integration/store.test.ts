import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { RENDERER_VERSION } from "../../src/content/render";
import { openDatabase, type Database } from "../../src/data/database";
import * as schema from "../../src/data/schema";
import { preparePost, rerenderOutdated, rerenderPostsWith, SlugTakenError, writePost } from "../../src/posts/store";
import { freshEnvironment } from "../support/app";
import { fieldsOf, imagesOf, storePost } from "../support/posts";

let database: Database;
beforeAll(async () => {
    database = openDatabase((await freshEnvironment()).env);
});
afterAll(() => database.close());
beforeEach(async () => {
    await database.query.delete(schema.post);
    await database.query.delete(schema.category);
    await database.query.delete(schema.tag);
});

const PICTURE = "11111111-2222-4333-8444-555555555555";
const known = imagesOf({ id: PICTURE, width: 1200, height: 800, placeholder: "AAAA", widths: [480, 960] });
const read = async (id: number) => (await database.query.select().from(schema.post).where(eq(schema.post.id, id)))[0]!;

test("a new post has its category, tags, search text, pictures and first revision", async () => {
    const { id, slug, revision } = await storePost(database, {
        title: "첫 글: 시작!",
        markdown: `본문 **굵게**\n\n![그림](/images/${PICTURE})`,
        category: "일상",
        tags: ["여행", "C++", "C", "여행"],
        thumbnail: PICTURE,
    });
    expect({ slug, revision }).toEqual({ slug: "첫-글-시작", revision: 1 });
    const post = await read(id);
    expect(post).toMatchObject({ status: "published", language: "ko", rendererVersion: RENDERER_VERSION });
    expect(post.publishedAt).not.toBeNull();
    expect(post.html).toContain("missing-picture");
    const tags = await database.query.select().from(schema.tag).orderBy(schema.tag.slug);
    expect(tags.map(({ name, slug }) => [name, slug])).toEqual([
        ["C++", "C"],
        ["C", "C-2"],
        ["여행", "여행"],
    ]);
    expect(await database.query.select().from(schema.postTag)).toHaveLength(3);
    const [search] = await database.query.select().from(schema.postSearch);
    expect(search?.text).toBe("첫 글: 시작!\n본문 굵게\n그림");
    expect((await database.query.select().from(schema.postImage)).map(({ imageId }) => imageId)).toEqual([PICTURE]);
    expect(await database.query.select().from(schema.postRevision)).toHaveLength(1);
});

test("a slug from the title is made unique; one that was asked for must be free", async () => {
    const first = await storePost(database, { title: "같은 제목" });
    const second = await storePost(database, { title: "같은 제목" });
    expect([first.slug, second.slug]).toEqual(["같은-제목", "같은-제목-2"]);
    await expect(storePost(database, { slug: "같은-제목" })).rejects.toThrow(SlugTakenError);
    // Nothing of the failed post stays.
    expect(await database.query.select().from(schema.post)).toHaveLength(2);
    const again = await storePost(database, { title: "같은 제목" }, { id: second.id });
    expect(again).toEqual({ id: second.id, slug: "같은-제목-2", revision: 2 });
    expect((await storePost(database, { title: "!!!" })).slug).toBe("post");
});

test("the address of a post that was out is kept as a redirect, and another post can't take it", async () => {
    const { id } = await storePost(database, { title: "옛 제목" });
    await storePost(database, { title: "새 제목" }, { id });
    expect(await database.query.select().from(schema.slugRedirect)).toEqual([{ slug: "옛-제목", postId: id }]);
    expect((await storePost(database, { title: "옛 제목" })).slug).toBe("옛-제목-2");
    // Back to what it was: the address is the post's own again.
    await storePost(database, { title: "옛 제목" }, { id });
    expect(await database.query.select().from(schema.slugRedirect)).toEqual([{ slug: "새-제목", postId: id }]);
    const draft = await storePost(database, { title: "초안", status: "draft" });
    await storePost(database, { title: "바뀐 초안", status: "draft" }, { id: draft.id });
    expect(await database.query.select().from(schema.slugRedirect)).toHaveLength(1);
});

test("a revision is kept for each change of title or text, and for none else", async () => {
    const { id } = await storePost(database, { markdown: "one" });
    await storePost(database, { markdown: "one", tags: ["x"] }, { id });
    const third = await storePost(database, { markdown: "two" }, { id });
    expect(third.revision).toBe(3);
    const revisions = await database.query.select().from(schema.postRevision);
    expect(revisions.map(({ revision, markdown }) => [revision, markdown])).toEqual([
        [1, "one"],
        [3, "two"],
    ]);
});

test("dates: given ones are kept, a withdrawn post keeps its own", async () => {
    const at = new Date("2023-09-29T09:49:15.513Z");
    const { id } = await storePost(database, {}, { createdAt: at, updatedAt: at, publishedAt: at });
    expect(await read(id)).toMatchObject({ createdAt: at, updatedAt: at, publishedAt: at });
    await storePost(database, { status: "draft" }, { id });
    expect(await read(id)).toMatchObject({ createdAt: at, publishedAt: at, status: "draft" });
    await storePost(database, { publishedAt: "2024-01-01T00:00:00Z" }, { id });
    expect((await read(id)).publishedAt).toEqual(new Date("2024-01-01T00:00:00Z"));
});

test("what throws in the middle leaves the database as it was", async () => {
    const { id } = await storePost(database, { markdown: "before", tags: ["a"] });
    const version = await database.version();
    const prepared = await preparePost(fieldsOf({ markdown: "after", tags: ["b"], category: "new" }), imagesOf());
    await expect(
        database.change(async (transaction) => {
            await writePost(transaction, prepared, { id, now: new Date() });
            throw new Error("the next post is faulty");
        }),
    ).rejects.toThrow("the next post is faulty");
    expect((await read(id)).markdown).toBe("before");
    expect(await database.query.select().from(schema.category)).toEqual([]);
    expect((await database.query.select().from(schema.tag)).map(({ name }) => name)).toEqual(["a"]);
    expect(await database.version()).toBe(version);
});

test("posts are rendered again when their picture comes, and when the renderer is newer", async () => {
    const { id } = await storePost(database, { markdown: `![a](/images/${PICTURE})` });
    await storePost(database, { title: "Another" });
    const version = await database.version();
    expect(await rerenderPostsWith(database, known, PICTURE)).toBe(1);
    expect((await read(id)).html).toContain(`srcset="/images/${PICTURE}?w=480 480w`);
    expect((await read(id)).revision).toBe(1);
    expect(await database.version()).toBeGreaterThan(version);

    await database.query.update(schema.post).set({ rendererVersion: 0, html: "old" });
    expect(await rerenderOutdated(database, known)).toBe(2);
    expect((await read(id)).html).toContain("srcset");
    expect(await rerenderOutdated(database, known)).toBe(0);
});
