import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import { openDatabase, type Database } from "../../src/data/database";
import { post, postDraft, slugRedirect } from "../../src/data/schema";
import { createPosts, type Posts } from "../../src/posts/posts";
import type { PostFields } from "../../src/posts/fields";
import type { EditorPost, EditorStamp, PostConflict } from "../../src/posts/types";
import { createReader, type Reader } from "../../src/reader/reader";
import type { ApiError } from "../../src/server/api-error";
import { freshEnvironment } from "../support/app";
import { refusal } from "../support/refusal";
import { imagesOf } from "../support/posts";

let database: Database;
let posts: Posts;
let reader: Reader;
let time: Date;

beforeAll(async () => {
    const { env } = await freshEnvironment();
    database = openDatabase(env);
    const now = () => time;
    posts = createPosts({ database, images: imagesOf(), env: { ...env, SITE_LANGUAGE: "en" }, now });
    reader = createReader(database, now);
});
afterAll(() => database.close());
beforeEach(async () => {
    time = new Date("2026-03-01T09:00:00.000Z");
    await database.pool.query("DELETE FROM post");
});

const later = (milliseconds: number) => (time = new Date(time.getTime() + milliseconds));
const stampOf = (found: EditorPost): EditorStamp => ({
    revision: found.revision,
    draftSavedAt: found.draft?.savedAt ?? null,
});
const made = async (fields: Partial<PostFields>): Promise<EditorPost> => {
    const { id } = await posts.create();
    const empty = await posts.get(id);
    return posts.save(id, { ...empty.fields, ...fields }, stampOf(empty));
};
const resaved = (found: EditorPost, fields: Partial<PostFields>) =>
    posts.save(found.id, { ...found.fields, ...fields }, stampOf(found));

it("begins with an empty draft that nobody sees, and takes its address from the title at the first save", async () => {
    const before = await database.version();
    const { id } = await posts.create();
    expect(await database.version()).toBe(before);
    const empty = await posts.get(id);
    expect(empty.fields).toMatchObject({ title: "", slug: "", markdown: "", status: "draft" });
    const untitled = await posts.save(id, { ...empty.fields, markdown: "a" }, stampOf(empty));
    expect(untitled.fields.slug).toBe("");
    const titled = await resaved(untitled, { title: "첫 글, 시작!" });
    expect(titled.fields.slug).toBe("첫-글-시작");
});

it("keeps what the editor holds for nobody but the author", async () => {
    const saved = await made({ title: "Out", markdown: "as published", status: "published" });
    const version = await database.version();
    const fields = { ...saved.fields, title: "Out, better", markdown: "not yet for readers" };
    later(1000);
    const { savedAt } = await posts.autosave(saved.id, fields, stampOf(saved));
    expect(savedAt).toBe(time.toISOString());
    expect(await database.version()).toBe(version);
    const opened = await posts.get(saved.id);
    expect(opened.draft).toEqual({ fields, savedAt });
    expect(opened.fields.markdown).toBe("as published");
    const seen = await reader.post(saved.fields.slug);
    expect(JSON.stringify(seen)).toContain("as published");
    expect(JSON.stringify(seen)).not.toContain("not yet");
    expect((await posts.list({ filter: "all" })).posts[0]).toMatchObject({ title: "Out", unsaved: true });
    // Saving ends it.
    const again = await posts.save(saved.id, fields, stampOf(opened));
    expect(again.draft).toBeNull();
    expect(again.fields.title).toBe("Out, better");
    // And so does discarding.
    await posts.autosave(saved.id, { ...fields, title: "Worse" }, stampOf(again));
    expect((await posts.discardDraft(saved.id)).draft).toBeNull();
});

it("tells an editor that another has saved meanwhile, when and what, and loses neither", async () => {
    const opened = await made({ title: "Two windows", markdown: "start" });
    later(60_000);
    const other = await resaved(opened, { title: "Saved by the other", markdown: "the other's" });
    const mine = { ...opened.fields, markdown: "mine" };
    for (const attempt of ["save", "autosave"] as const) {
        const refused = await refusal(posts[attempt](opened.id, mine, stampOf(opened)));
        expect(refused.status).toBe(409);
        expect(refused.message).toContain("Saved by the other");
        expect(refused.details.more?.conflict).toEqual({
            kind: "saved",
            title: "Saved by the other",
            at: time.toISOString(),
            stamp: { revision: other.revision, draftSavedAt: null },
        });
    }
    // With what it was told the editor may go over it, and the other's text is in the revisions.
    const refused = await refusal(posts.save(opened.id, mine, stampOf(opened)));
    const { stamp } = refused.details.more?.conflict as PostConflict;
    const saved = await posts.save(opened.id, mine, stamp);
    expect(saved.fields.markdown).toBe("mine");
    expect((await posts.revision(opened.id, other.revision)).markdown).toBe("the other's");
});

it("never overwrites or forgets a newer autosave of another editor", async () => {
    const opened = await made({ title: "Two windows", markdown: "start" });
    const first = await posts.autosave(opened.id, { ...opened.fields, markdown: "one" }, stampOf(opened));
    const refused = await refusal(posts.autosave(opened.id, { ...opened.fields, markdown: "two" }, stampOf(opened)));
    expect(refused.status).toBe(409);
    expect(refused.details.more?.conflict).toMatchObject({ kind: "draft", at: first.savedAt });
    // The one that knows it goes on; at the same millisecond it still is another one.
    const stamp = { revision: opened.revision, draftSavedAt: first.savedAt };
    const second = await posts.autosave(opened.id, { ...opened.fields, markdown: "three" }, stamp);
    expect(second.savedAt > first.savedAt).toBe(true);
    // A save of an editor that doesn't know it leaves it.
    const saved = await posts.save(opened.id, { ...opened.fields, markdown: "saved" }, stampOf(opened));
    expect(saved.fields.markdown).toBe("saved");
    expect(saved.draft?.fields.markdown).toBe("three");
});

it("loses no save where two come at once", async () => {
    const opened = await made({ title: "Race", markdown: "start" });
    const results = await Promise.allSettled(["one", "two", "three"].map((markdown) => resaved(opened, { markdown })));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results) {
        if (result.status === "rejected") expect((result.reason as ApiError).status).toBe(409);
    }
});

it("says beside the fields what is wrong, and saves nothing of it", async () => {
    const saved = await made({ title: "Good", markdown: "good" });
    const taken = await made({ title: "Taken" });
    const fieldsOf = async (fields: Partial<PostFields>) =>
        (await refusal(resaved(saved, { markdown: "changed", ...fields }))).details.fields;
    expect(await fieldsOf({ title: "", status: "published" })).toHaveProperty("title");
    expect(await fieldsOf({ slug: "!?" })).toEqual({
        slug: '"!?" has no letter or digit; wanted: one such as my-first-post',
    });
    expect(await fieldsOf({ slug: taken.fields.slug })).toHaveProperty("slug");
    expect(await fieldsOf({ status: "scheduled" })).toHaveProperty("publishedAt");
    expect(await fieldsOf({ status: "scheduled", publishedAt: "2026-03-01T08:59:00Z" })).toHaveProperty("publishedAt");
    expect(await fieldsOf({ status: "published", publishedAt: "2026-03-02T09:00:00Z" })).toHaveProperty("publishedAt");
    expect((await posts.get(saved.id)).fields).toEqual(saved.fields);
});

it("publishes a scheduled post when its time comes, once, and makes no page anew before", async () => {
    const saved = await made({ title: "Soon", status: "scheduled", publishedAt: "2026-03-01T10:00:00.000Z" });
    const version = await database.version();
    expect(await posts.publishDue()).toBe(0);
    expect(await reader.post(saved.fields.slug)).toBeUndefined();
    expect(await database.version()).toBe(version);
    later(60 * 60 * 1000);
    const counts = await Promise.all([posts.publishDue(), posts.publishDue()]);
    expect(counts[0] + counts[1]).toBe(1);
    expect(await database.version()).toBeGreaterThan(version);
    expect(await reader.post(saved.fields.slug)).toMatchObject({ kind: "post" });
    // An editor that was open all the while may save it.
    later(60_000);
    const again = await resaved(saved, { markdown: "more" });
    expect(again.fields).toMatchObject({ status: "published", publishedAt: "2026-03-01T10:00:00.000Z" });
});

it("shows readers the published alone, with the day it was first published", async () => {
    const saved = await made({ title: "Days", status: "draft" });
    const { slug } = saved.fields;
    for (const status of ["draft", "private"] as const) {
        await resaved(await posts.get(saved.id), { status });
        expect(await reader.post(slug), status).toBeUndefined();
    }
    const published = await resaved(await posts.get(saved.id), { status: "published" });
    expect(published.fields.publishedAt).toBe(time.toISOString());
    const withdrawn = await resaved(published, { status: "private" });
    expect(await reader.post(slug)).toBeUndefined();
    later(1000);
    expect((await resaved(withdrawn, { status: "published" })).fields.publishedAt).toBe(published.fields.publishedAt);
    // Scheduled, but published before that.
    const waiting = await made({ title: "Early", status: "scheduled", publishedAt: "2026-04-01T00:00:00Z" });
    await resaved(waiting, { status: "published", publishedAt: null });
    expect(await reader.post(waiting.fields.slug)).toMatchObject({ kind: "post" });
});

it("leaves a redirect where the address of a published post changes", async () => {
    const saved = await made({ title: "Old name", status: "published" });
    expect(await posts.checkSlug({ id: saved.id, slug: "New Name!", title: "" })).toEqual({
        slug: "New-Name",
        taken: null,
    });
    await resaved(saved, { slug: "New Name!" });
    expect(await reader.post("Old-name")).toEqual({ kind: "moved", slug: "New-Name", exact: true });
    const other = await made({ title: "Another" });
    expect(await posts.checkSlug({ id: other.id, slug: "Old-name", title: "" })).toMatchObject({
        taken: { id: saved.id },
    });
    expect((await refusal(resaved(other, { slug: "Old-name" }))).details.fields).toHaveProperty("slug");
    // A draft's address is nobody's yet.
    await resaved(other, { slug: "somewhere-else" });
    expect(await database.query.select().from(slugRedirect).where(eq(slugRedirect.slug, "Another"))).toEqual([]);
});

it("puts posts into the trash and takes them out again", async () => {
    const saved = await made({ title: "Away", status: "published" });
    await posts.trash(saved.id);
    expect(await reader.post(saved.fields.slug)).toBeUndefined();
    expect((await refusal(posts.trash(saved.id))).status).toBe(404);
    expect((await refusal(resaved(saved, {}))).status).toBe(404);
    expect((await refusal(posts.autosave(saved.id, saved.fields, stampOf(saved)))).status).toBe(404);
    expect((await posts.list({ filter: "trash" })).posts.map(({ id }) => id)).toEqual([saved.id]);
    expect((await posts.list({ filter: "all" })).posts).toEqual([]);
    await posts.restore(saved.id);
    expect(await reader.post(saved.fields.slug)).toMatchObject({ kind: "post" });
    expect((await refusal(posts.restore(saved.id))).status).toBe(404);
    expect((await refusal(posts.purge(saved.id))).status).toBe(404);
    await posts.trash(saved.id);
    await posts.purge(saved.id);
    expect((await refusal(posts.get(saved.id))).status).toBe(404);
});

it("doesn't publish by surprise what waited in the trash", async () => {
    const saved = await made({ title: "Late", status: "scheduled", publishedAt: "2026-03-01T10:00:00Z" });
    await posts.trash(saved.id);
    later(2 * 60 * 60 * 1000);
    expect(await posts.publishDue()).toBe(0);
    await posts.restore(saved.id);
    expect(await posts.publishDue()).toBe(0);
    expect((await posts.get(saved.id)).fields.status).toBe("draft");
    await posts.trash(saved.id);
    expect(await posts.emptyTrash()).toBe(1);
});

it("keeps every text that was saved", async () => {
    const one = await made({ title: "One", markdown: "first" });
    later(1000);
    const two = await resaved(one, { title: "Two", markdown: "second, longer" });
    expect((await posts.revisions(one.id)).slice(0, 2)).toEqual([
        { revision: two.revision, title: "Two", savedAt: time.toISOString(), characters: 14 },
        { revision: one.revision, title: "One", savedAt: "2026-03-01T09:00:00.000Z", characters: 5 },
    ]);
    expect(await posts.revision(one.id, one.revision)).toMatchObject({ title: "One", markdown: "first" });
    expect((await refusal(posts.revision(one.id, 99))).status).toBe(404);
    const other = await made({ title: "Other" });
    expect((await refusal(posts.revision(other.id, two.revision))).status).toBe(404);
});

it("gives links to a preview that expire, and can be taken back", async () => {
    const saved = await made({ title: "Secret", markdown: "# As saved", category: "Notes", tags: ["a"] });
    const { path, expiresAt } = await posts.previewToken(saved.id);
    const token = path.replace("/preview/", "");
    expect(expiresAt).toBe("2026-03-08T09:00:00.000Z");
    expect(await posts.postOfPreview(token)).toMatchObject({
        title: "Secret",
        category: { name: "Notes", slug: "Notes" },
        tags: [{ name: "a", slug: "a" }],
        status: "draft",
    });
    // As the author left it, saved or not.
    await posts.autosave(saved.id, { ...saved.fields, title: "Kept", markdown: "# Not saved" }, stampOf(saved));
    const kept = await posts.postOfPreview(token);
    expect(kept?.title).toBe("Kept");
    expect(kept?.html).toContain("Not saved");
    await posts.revokePreviews(saved.id);
    expect(await posts.postOfPreview(token)).toBeUndefined();
    const next = (await posts.previewToken(saved.id)).path.replace("/preview/", "");
    expect(await posts.postOfPreview(next)).toBeDefined();
    await posts.trash(saved.id);
    expect(await posts.postOfPreview(next)).toBeUndefined();
    await posts.restore(saved.id);
    later(7 * 24 * 60 * 60 * 1000);
    expect(await posts.postOfPreview(next)).toBeUndefined();
    expect(await posts.postOfPreview("x".repeat(38))).toBeUndefined();
});

it("lists by status, part of a title and page, newest change first, and counts all", async () => {
    for (let index = 1; index <= 23; index += 1) {
        later(1000);
        await made({ title: `쿠버네티스 ${index}`, status: index <= 2 ? "published" : "draft" });
    }
    later(1000);
    const percent = await made({ title: "100% _done_", status: "private" });
    const first = await posts.list({ filter: "all" });
    expect(first).toMatchObject({ total: 24, pages: 2, page: 1 });
    expect(first.counts).toEqual({ all: 24, draft: 21, private: 1, scheduled: 0, published: 2, trash: 0 });
    expect(first.posts[0]?.id).toBe(percent.id);
    expect(first.posts).toHaveLength(20);
    expect((await posts.list({ filter: "all", page: 2 })).posts).toHaveLength(4);
    expect((await posts.list({ filter: "published" })).posts.map(({ title }) => title)).toEqual([
        "쿠버네티스 2",
        "쿠버네티스 1",
    ]);
    expect((await posts.list({ filter: "all", search: "버네티스 2" })).total).toBe(5);
    expect((await posts.list({ filter: "all", search: "%" })).posts.map(({ id }) => id)).toEqual([percent.id]);
    expect((await posts.list({ filter: "all", search: "_done_" })).total).toBe(1);
    expect((await posts.list({ filter: "all", search: "\\" })).total).toBe(0);
    // A new post that is only kept so far has its kept title.
    const { id } = await posts.create();
    const empty = await posts.get(id);
    later(1000);
    await posts.autosave(id, { ...empty.fields, title: "아직 저장 전" }, stampOf(empty));
    expect((await posts.list({ filter: "all", search: "저장 전" })).posts[0]).toMatchObject({
        id,
        title: "아직 저장 전",
        slug: "",
        unsaved: true,
        updatedAt: time.toISOString(),
    });
});

it("hands out an empty draft again that nobody has touched, and none that was", async () => {
    const { id } = await posts.create();
    expect(await posts.create()).toEqual({ id });
    const opened = await posts.get(id);
    await posts.autosave(id, { ...opened.fields, title: "Begun" }, stampOf(opened));
    const { id: next } = await posts.create();
    expect(next).not.toBe(id);
    await posts.trash(next);
    expect((await posts.create()).id).not.toBe(next);
});

it("keeps categories: created, renamed, put in order, removed with their posts moved", async () => {
    await database.pool.query("DELETE FROM category");
    const { categories } = posts;
    const [one, two] = [await categories.create("하나"), await categories.create("Two")];
    expect((await refusal(categories.create("two"))).details.fields).toHaveProperty("name");
    expect((await refusal(categories.create("!!"))).details.fields).toHaveProperty("name");
    const saved = await made({ title: "In one", category: "하나", status: "published" });
    await categories.order([two.id, one.id]);
    expect((await categories.list()).map(({ name, posts: inIt }) => [name, inIt])).toEqual([
        ["Two", 0],
        ["하나", 1],
    ]);
    expect((await refusal(categories.order([one.id]))).status).toBe(422);
    const version = await database.version();
    await categories.rename(one.id, "처음");
    expect(await database.version()).toBeGreaterThan(version);
    expect((await posts.get(saved.id)).fields.category).toBe("처음");
    expect((await refusal(categories.rename(one.id, "TWO"))).details.fields).toHaveProperty("name");
    expect((await refusal(categories.rename(999_999, "x"))).status).toBe(404);
    expect((await refusal(categories.remove(one.id, one.id))).status).toBe(422);
    expect((await refusal(categories.remove(one.id, 999_999))).status).toBe(422);
    await categories.remove(one.id, two.id);
    expect((await posts.get(saved.id)).fields.category).toBe("Two");
    await categories.remove(two.id, null);
    expect((await posts.get(saved.id)).fields.category).toBe("");
});

it("keeps tags: renamed, made one, removed where unused", async () => {
    await database.pool.query("DELETE FROM tag");
    const both = await made({ title: "Both", tags: ["k8s", "쿠버네티스"], status: "published" });
    const one = await made({ title: "One", tags: ["k8s"] });
    const list = await posts.tags.list();
    expect(list.map(({ name, posts: having }) => [name, having])).toEqual([
        ["k8s", 2],
        ["쿠버네티스", 1],
    ]);
    await posts.tags.rename(list[0]!.id, "Kubernetes");
    expect((await posts.get(one.id)).fields.tags).toEqual(["Kubernetes"]);
    await posts.tags.rename(list[0]!.id, "쿠버네티스");
    expect((await posts.get(both.id)).fields.tags).toEqual(["쿠버네티스"]);
    expect((await posts.get(one.id)).fields.tags).toEqual(["쿠버네티스"]);
    await resaved(await posts.get(one.id), { tags: ["lonely"] });
    await resaved(await posts.get(one.id), { tags: [] });
    expect(await posts.tags.removeUnused()).toBe(1);
    const [left] = await posts.tags.list();
    await posts.tags.remove(left!.id);
    expect((await refusal(posts.tags.remove(left!.id))).status).toBe(404);
    expect((await posts.get(both.id)).fields.tags).toEqual([]);
});

it("leaves nothing of a post that is removed for good", async () => {
    const saved = await made({ title: "Gone", tags: ["x"], status: "published" });
    await posts.autosave(saved.id, saved.fields, stampOf(saved));
    await posts.trash(saved.id);
    await posts.purge(saved.id);
    expect(await database.query.select().from(post).where(eq(post.id, saved.id))).toEqual([]);
    expect(await database.query.select({ n: sql`COUNT(*)` }).from(postDraft)).toEqual([{ n: 0 }]);
});
