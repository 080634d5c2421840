import { and, eq, inArray, lt, ne } from "drizzle-orm";

import { render, RENDERER_VERSION, type KnownImage, type Rendered } from "../content/render";
import { slugOf } from "../content/slug";
import type { Database, Transaction } from "../data/database";
import { category, post, postImage, postRevision, postSearch, postTag, slugRedirect, tag } from "../data/schema";
import { gramsOf } from "../search/grams";
import type { PostFields, PostStatus } from "./fields";

/** What the store asks of the images. */
export interface KnowsImages {
    known(ids: readonly string[]): Promise<ReadonlyMap<string, KnownImage>>;
}

/** A post as it goes into the tables. */
export interface PreparedPost {
    readonly fields: PostFields;
    readonly rendered: Rendered;
    readonly titleGrams: string;
    readonly textGrams: string;
}

export interface WriteOptions {
    /** The post that is changed; left out: a new one. */
    readonly id?: number;
    /** Left out: now for a new post, as it was for another. */
    readonly createdAt?: Date;
    /** Left out: now. */
    readonly updatedAt?: Date;
    /** Left out: the fields', else as it was, else now when the post is published. */
    readonly publishedAt?: Date | null;
    readonly now: Date;
}

/** The slug that the author asked for is another post's. */
export class SlugTakenError extends Error {
    override name = "SlugTakenError";
    constructor(readonly slug: string) {
        super(`the address ${slug} is another post's`);
    }
}

/** Renders a post; touches no table but the images'. */
export async function preparePost(fields: PostFields, images: KnowsImages): Promise<PreparedPost> {
    const rendered = await render(fields.markdown, { images: (ids) => images.known(ids) });
    return { fields, rendered, ...gramsOfPost(fields.title, rendered) };
}

function gramsOfPost(title: string, rendered: Rendered): { titleGrams: string; textGrams: string } {
    return { titleGrams: gramsOf(title), textGrams: gramsOf(searchText(title, rendered)) };
}

/** The title is a line of its own, the first. */
const searchText = (title: string, rendered: Rendered) => `${title}\n${rendered.text}`.normalize("NFC");

/**
 * Writes a post with all that hangs on it inside the caller's transaction: its category and tags (made where they are
 * new), the search's text, its pictures (the thumbnail too), a revision when title or markdown changed, and a redirect
 * when the address of a post that readers have seen changed. A slug made from the title is made unique; one that was
 * asked for and is another post's throws `SlugTakenError`. Throws an Error for an `id` that isn't there.
 */
export async function writePost(
    transaction: Transaction,
    prepared: PreparedPost,
    { id, createdAt, updatedAt, publishedAt, now }: WriteOptions,
): Promise<{ id: number; slug: string; revision: number }> {
    const { fields, rendered } = prepared;
    const before = id === undefined ? undefined : await read(transaction, id);
    const slug = await chooseSlug(transaction, fields, before);
    const published =
        publishedAt !== undefined
            ? publishedAt
            : fields.publishedAt !== null
              ? new Date(fields.publishedAt)
              : (before?.publishedAt ?? (fields.status === "published" ? now : null));
    const changed = before?.title !== fields.title || before.markdown !== fields.markdown;
    const revision = before === undefined ? 1 : before.revision + 1;
    const values = {
        slug,
        title: fields.title,
        markdown: fields.markdown,
        status: fields.status,
        categoryId: await categoryId(transaction, fields.category),
        thumbnail: fields.thumbnail,
        description: fields.description,
        createdAt: createdAt ?? before?.createdAt ?? now,
        updatedAt: updatedAt ?? now,
        publishedAt: published,
        revision,
        ...renderedColumns(rendered),
    };
    let postId: number;
    if (before === undefined) {
        const [made] = await transaction.insert(post).values(values).$returningId();
        if (made === undefined) throw new Error("the database gave the new post no id");
        postId = made.id;
    } else {
        postId = before.id;
        await transaction.update(post).set(values).where(eq(post.id, postId));
    }
    if (changed) {
        await transaction
            .insert(postRevision)
            .values({ postId, revision, title: fields.title, markdown: fields.markdown, savedAt: now });
    }
    // A redirect that points here from this very address would never be asked again, but it holds the address.
    await transaction.delete(slugRedirect).where(eq(slugRedirect.slug, slug));
    if (before !== undefined && before.slug !== slug && wasSeen(before, now)) {
        await transaction.insert(slugRedirect).values({ slug: before.slug, postId });
    }
    await writeSearch(transaction, postId, prepared);
    await writeTags(transaction, postId, fields.tags);
    await writeImages(transaction, postId, rendered, fields.thumbnail);
    return { id: postId, slug, revision };
}

type Before = Awaited<ReturnType<typeof read>>;

async function read(transaction: Transaction, id: number) {
    const [row] = await transaction
        .select({
            id: post.id,
            slug: post.slug,
            title: post.title,
            markdown: post.markdown,
            status: post.status,
            createdAt: post.createdAt,
            publishedAt: post.publishedAt,
            revision: post.revision,
        })
        .from(post)
        .where(eq(post.id, id))
        .for("update");
    if (row === undefined) throw new Error(`no post ${String(id)}`);
    return row;
}

/** A post that was out once keeps its date when it is withdrawn. */
function wasSeen(before: { status: PostStatus; publishedAt: Date | null }, now: Date): boolean {
    return before.publishedAt !== null && (before.status === "published" || before.publishedAt <= now);
}

/** Room for "-999" behind a slug made from a title. */
const MOST_NAMESAKES = 1000;

async function chooseSlug(transaction: Transaction, fields: PostFields, before: Before | undefined): Promise<string> {
    const asked = slugOf(fields.slug);
    if (asked !== "") {
        if (asked !== before?.slug && (await isTaken(transaction, asked, before?.id))) throw new SlugTakenError(asked);
        return asked;
    }
    const base = slugOf(fields.title) || "post";
    for (let count = 1; count < MOST_NAMESAKES; count++) {
        const slug = count === 1 ? base : `${base}-${String(count)}`;
        if (slug === before?.slug || !(await isTaken(transaction, slug, before?.id))) return slug;
    }
    throw new SlugTakenError(base);
}

/** Another post has it, or had it: readers' old links go there. */
async function isTaken(transaction: Transaction, slug: string, id: number | undefined): Promise<boolean> {
    const posts = await transaction
        .select({ id: post.id })
        .from(post)
        .where(and(eq(post.slug, slug), id === undefined ? undefined : ne(post.id, id)))
        .limit(1);
    if (posts.length > 0) return true;
    const redirects = await transaction
        .select({ postId: slugRedirect.postId })
        .from(slugRedirect)
        .where(and(eq(slugRedirect.slug, slug), id === undefined ? undefined : ne(slugRedirect.postId, id)))
        .limit(1);
    return redirects.length > 0;
}

function renderedColumns(rendered: Rendered) {
    return {
        rendererVersion: RENDERER_VERSION,
        html: rendered.html,
        toc: rendered.toc,
        excerpt: rendered.excerpt,
        language: rendered.language,
        readingMinutes: rendered.readingMinutes,
    };
}

async function categoryId(transaction: Transaction, name: string): Promise<number | null> {
    if (name === "") return null;
    const [known] = await transaction
        .select({ id: category.id })
        .from(category)
        .where(eq(category.name, name))
        .limit(1);
    if (known !== undefined) return known.id;
    const slug = await freeSlug(name, "category", async (one) => {
        const rows = await transaction
            .select({ id: category.id })
            .from(category)
            .where(eq(category.slug, one))
            .limit(1);
        return rows.length === 0;
    });
    const [made] = await transaction.insert(category).values({ name, slug }).$returningId();
    return made?.id ?? null;
}

async function tagId(transaction: Transaction, name: string): Promise<number | undefined> {
    const [known] = await transaction.select({ id: tag.id }).from(tag).where(eq(tag.name, name)).limit(1);
    if (known !== undefined) return known.id;
    const slug = await freeSlug(name, "tag", async (one) => {
        const rows = await transaction.select({ id: tag.id }).from(tag).where(eq(tag.slug, one)).limit(1);
        return rows.length === 0;
    });
    const [made] = await transaction.insert(tag).values({ name, slug }).$returningId();
    return made?.id;
}

/** "C" and "C++" are two names and one slug. */
async function freeSlug(name: string, otherwise: string, isFree: (slug: string) => Promise<boolean>): Promise<string> {
    const base = slugOf(name) || otherwise;
    for (let count = 1; ; count++) {
        const slug = count === 1 ? base : `${base}-${String(count)}`;
        if (await isFree(slug)) return slug;
    }
}

async function writeSearch(
    transaction: Transaction,
    postId: number,
    prepared: Omit<PreparedPost, "fields"> & { fields: Pick<PostFields, "title"> },
) {
    const values = {
        text: searchText(prepared.fields.title, prepared.rendered),
        titleGrams: prepared.titleGrams,
        textGrams: prepared.textGrams,
    };
    await transaction
        .insert(postSearch)
        .values({ postId, ...values })
        .onDuplicateKeyUpdate({ set: values });
}

async function writeTags(transaction: Transaction, postId: number, names: readonly string[]): Promise<void> {
    const ids = new Set<number>();
    for (const name of names) {
        const id = await tagId(transaction, name);
        if (id !== undefined) ids.add(id);
    }
    await transaction.delete(postTag).where(eq(postTag.postId, postId));
    if (ids.size > 0) await transaction.insert(postTag).values([...ids].map((id) => ({ postId, tagId: id })));
}

async function writeImages(
    transaction: Transaction,
    postId: number,
    rendered: Rendered,
    thumbnail: string | null,
): Promise<void> {
    const ids = new Set([...rendered.images, ...(thumbnail === null ? [] : [thumbnail])]);
    await transaction.delete(postImage).where(eq(postImage.postId, postId));
    if (ids.size > 0) await transaction.insert(postImage).values([...ids].map((imageId) => ({ postId, imageId })));
}

/** Renders again the posts that show an image, after it came or went. Returns how many. */
export async function rerenderPostsWith(database: Database, images: KnowsImages, imageId: string): Promise<number> {
    const rows = await database.query
        .select({ id: postImage.postId })
        .from(postImage)
        .where(eq(postImage.imageId, imageId));
    return rerender(
        database,
        images,
        rows.map(({ id }) => id),
    );
}

/** Renders again, some at a time, what an older renderer made. Returns how many. */
export async function rerenderOutdated(database: Database, images: KnowsImages, most = 50): Promise<number> {
    const rows = await database.query
        .select({ id: post.id })
        .from(post)
        .where(lt(post.rendererVersion, RENDERER_VERSION))
        .limit(most);
    return rerender(
        database,
        images,
        rows.map(({ id }) => id),
    );
}

async function rerender(database: Database, images: KnowsImages, ids: readonly number[]): Promise<number> {
    if (ids.length === 0) return 0;
    const posts = await database.query
        .select({
            id: post.id,
            title: post.title,
            markdown: post.markdown,
            thumbnail: post.thumbnail,
            revision: post.revision,
        })
        .from(post)
        .where(inArray(post.id, [...ids]));
    // Rendered before the transaction: it holds what all changes wait for.
    const rendered: ((typeof posts)[number] & { made: Rendered })[] = [];
    for (const one of posts) {
        const made = await render(one.markdown, { images: (wanted) => images.known(wanted) });
        rendered.push({ ...one, made });
    }
    return database.change(async (transaction) => {
        let count = 0;
        for (const { id, title, thumbnail, revision, made } of rendered) {
            // What was saved meanwhile is newer already.
            const [done] = await transaction
                .update(post)
                .set(renderedColumns(made))
                .where(and(eq(post.id, id), eq(post.revision, revision)));
            if (done.affectedRows === 0) continue;
            await writeSearch(transaction, id, { fields: { title }, rendered: made, ...gramsOfPost(title, made) });
            await writeImages(transaction, id, made, thumbnail);
            count++;
        }
        return count;
    });
}
