import { and, asc, count, desc, eq, gt, inArray, lt, ne, or, sql, type SQL } from "drizzle-orm";

import type { Database } from "../data/database";
import { author, category, image, post, postTag, postView, slugRedirect, tag } from "../data/schema";
import type {
    CountedTerm,
    FeedPost,
    PostAnswer,
    PostCard,
    PostLink,
    PostPage,
    PostWithNeighbours,
    SitemapEntry,
    Term,
    Thumbnail,
} from "./types";
import { categoryPath, postPath, tagPath } from "./paths";
import { visible } from "./visible";

export const PAGE_SIZE = 10;
const RELATED = 3;
const RELATED_CANDIDATES = 30;
const FEED_SIZE = 20;

/** What readers are shown: every post here is published, its time has come, and it is not in the trash. */
export interface Reader {
    /** Newest first. Undefined: there is no such page. */
    home(page: number): Promise<PostPage | undefined>;
    /** Undefined: no such category, or no such page of it. Its slug may be written otherwise than the one asked for. */
    category(slug: string, page: number): Promise<{ term: Term; list: PostPage } | undefined>;
    tag(slug: string, page: number): Promise<{ term: Term; list: PostPage } | undefined>;
    /** Those that have posts, in the author's order. */
    categories(): Promise<CountedTerm[]>;
    /** Those that have posts, by name. */
    tags(): Promise<CountedTerm[]>;
    /** All posts, newest first. */
    archive(): Promise<PostLink[]>;
    newest(size: number): Promise<PostCard[]>;
    /** Undefined: there is none, or none that readers may see. */
    post(slug: string): Promise<PostAnswer | undefined>;
    /** The newest posts whole, for feeds. */
    feed(): Promise<{ posts: FeedPost[]; author: string | null }>;
    /** Everything that a search engine should know of. */
    sitemap(): Promise<SitemapEntry[]>;
}

const LINK = {
    slug: post.slug,
    title: post.title,
    publishedAt: post.publishedAt,
    language: post.language,
} as const;
const CARD = {
    ...LINK,
    description: post.description,
    excerpt: post.excerpt,
    readingMinutes: post.readingMinutes,
    categoryName: category.name,
    categorySlug: category.slug,
    imageId: image.id,
    imageWidth: image.width,
    imageHeight: image.height,
    imageVariants: image.variants,
} as const;
const NEWEST_FIRST = [desc(post.publishedAt), desc(post.id)] as const;

interface LinkRow {
    slug: string;
    title: string;
    publishedAt: Date | null;
    language: "ko" | "en";
}
interface CardRow extends LinkRow {
    description: string;
    excerpt: string;
    readingMinutes: number;
    categoryName: string | null;
    categorySlug: string | null;
    imageId: string | null;
    imageWidth: number | null;
    imageHeight: number | null;
    imageVariants: readonly { width: number }[] | null;
}

export function createReader(database: Pick<Database, "query">, clock: () => Date = () => new Date()): Reader {
    const { query } = database;

    const cards = () =>
        query
            .select(CARD)
            .from(post)
            .leftJoin(category, eq(category.id, post.categoryId))
            .leftJoin(image, and(eq(image.id, post.thumbnail), eq(image.state, "ready")));

    async function list(page: number, among: SQL | undefined): Promise<PostPage | undefined> {
        const where = and(visible(clock()), among);
        const [[row], posts] = await Promise.all([
            query.select({ total: count() }).from(post).where(where),
            cards()
                .where(where)
                .orderBy(...NEWEST_FIRST)
                .limit(PAGE_SIZE)
                .offset((page - 1) * PAGE_SIZE),
        ]);
        const total = row?.total ?? 0;
        const pages = Math.max(1, Math.ceil(total / PAGE_SIZE));
        return page > pages ? undefined : { posts: posts.map(cardOf), page, pages, total };
    }

    const taggedWith = (tagId: number) =>
        inArray(post.id, query.select({ id: postTag.postId }).from(postTag).where(eq(postTag.tagId, tagId)));

    async function neighbours(of: { id: number; publishedAt: Date }): Promise<[PostLink | null, PostLink | null]> {
        const beside = (side: typeof lt) =>
            query
                .select(LINK)
                .from(post)
                .where(
                    and(
                        visible(clock()),
                        or(
                            side(post.publishedAt, of.publishedAt),
                            and(eq(post.publishedAt, of.publishedAt), side(post.id, of.id)),
                        ),
                    ),
                );
        const [[previous], [next]] = await Promise.all([
            beside(lt)
                .orderBy(...NEWEST_FIRST)
                .limit(1),
            beside(gt).orderBy(asc(post.publishedAt), asc(post.id)).limit(1),
        ]);
        return [previous === undefined ? null : linkOf(previous), next === undefined ? null : linkOf(next)];
    }

    /** Posts that share the most tags with it, then its category, then the newest of them. */
    async function related(of: { id: number; categoryId: number | null }): Promise<PostCard[]> {
        const shown = visible(clock());
        const own = query.select({ id: postTag.tagId }).from(postTag).where(eq(postTag.postId, of.id));
        const sameTags = query
            .select({ id: post.id, shared: sql`2 * COUNT(*)`.mapWith(Number).as("shared") })
            .from(postTag)
            .innerJoin(post, eq(post.id, postTag.postId))
            .where(and(inArray(postTag.tagId, own), ne(post.id, of.id), shown))
            .groupBy(post.id)
            .orderBy(desc(sql`shared`), ...NEWEST_FIRST)
            .limit(RELATED_CANDIDATES);
        const sameCategory = query
            .select({ id: post.id, shared: sql`1`.mapWith(Number).as("shared") })
            .from(post)
            .where(and(eq(post.categoryId, of.categoryId ?? 0), ne(post.id, of.id), shown))
            .orderBy(...NEWEST_FIRST)
            .limit(RELATED_CANDIDATES);
        const [byTags, byCategory] = await Promise.all([sameTags, of.categoryId === null ? [] : sameCategory]);
        const scores = new Map<number, number>();
        for (const { id, shared } of [...byTags, ...byCategory]) scores.set(id, (scores.get(id) ?? 0) + shared);
        // Both lists have the newest first, and sorting keeps the order of equals.
        const best = [...scores].sort(([, a], [, b]) => b - a).slice(0, RELATED);
        if (best.length === 0) return [];
        const ids = best.map(([id]) => id);
        const rows = await query
            .select({ id: post.id, ...CARD })
            .from(post)
            .leftJoin(category, eq(category.id, post.categoryId))
            .leftJoin(image, and(eq(image.id, post.thumbnail), eq(image.state, "ready")))
            .where(and(inArray(post.id, ids), shown));
        return rows.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id)).map(cardOf);
    }

    const authorName = () => query.select({ name: author.name }).from(author).orderBy(asc(author.id)).limit(1);

    async function whole(slug: string): Promise<PostWithNeighbours | undefined> {
        const [row] = await query
            .select({
                ...CARD,
                id: post.id,
                categoryId: post.categoryId,
                html: post.html,
                toc: post.toc,
                updatedAt: post.updatedAt,
                views: sql`(SELECT COALESCE(SUM(${postView.views}), 0) FROM ${postView} WHERE ${postView.postId} = ${post.id})`.mapWith(
                    Number,
                ),
                author: sql<string | null>`(SELECT ${author.name} FROM ${author} ORDER BY ${author.id} LIMIT 1)`,
            })
            .from(post)
            .leftJoin(category, eq(category.id, post.categoryId))
            .leftJoin(image, and(eq(image.id, post.thumbnail), eq(image.state, "ready")))
            .where(and(eq(post.slug, slug), visible(clock())));
        // The database compares without case and accents; an address is what it is.
        if (row?.publishedAt == null || row.slug !== slug) return undefined;
        const { id, categoryId, publishedAt } = row;
        const [tags, [previous, next], alike] = await Promise.all([
            query
                .select({ name: tag.name, slug: tag.slug })
                .from(postTag)
                .innerJoin(tag, eq(tag.id, postTag.tagId))
                .where(eq(postTag.postId, id))
                .orderBy(asc(tag.name)),
            neighbours({ id, publishedAt }),
            related({ id, categoryId }),
        ]);
        return {
            post: {
                ...cardOf(row),
                html: row.html,
                toc: row.toc,
                tags,
                updatedAt: row.updatedAt.toISOString(),
                views: row.views,
                author: row.author,
            },
            previous,
            next,
            related: alike,
        };
    }

    async function movedTo(slug: string): Promise<{ slug: string; exact: boolean } | undefined> {
        const shown = visible(clock());
        const [[moved], [alike]] = await Promise.all([
            query
                .select({ slug: post.slug, before: slugRedirect.slug })
                .from(slugRedirect)
                .innerJoin(post, eq(post.id, slugRedirect.postId))
                .where(and(eq(slugRedirect.slug, slug), shown)),
            query
                .select({ slug: post.slug })
                .from(post)
                .where(and(eq(post.slug, slug), shown)),
        ]);
        const to = moved?.slug ?? alike?.slug;
        return to === undefined || to === slug ? undefined : { slug: to, exact: moved?.before === slug };
    }

    async function listOf(term: (Term & { id: number }) | undefined, page: number, where: (id: number) => SQL) {
        const found = term === undefined ? undefined : await list(page, where(term.id));
        return term === undefined || found === undefined || found.total === 0
            ? undefined
            : { term: { name: term.name, slug: term.slug }, list: found };
    }

    return {
        home: (page) => list(page, undefined),
        async category(slug, page) {
            const [term] = await query.select().from(category).where(eq(category.slug, slug));
            return listOf(term, page, (id) => eq(post.categoryId, id));
        },
        async tag(slug, page) {
            const [term] = await query.select().from(tag).where(eq(tag.slug, slug));
            return listOf(term, page, taggedWith);
        },
        categories: () =>
            query
                .select({ name: category.name, slug: category.slug, posts: count() })
                .from(category)
                .innerJoin(post, eq(post.categoryId, category.id))
                .where(visible(clock()))
                .groupBy(category.id)
                .orderBy(asc(category.position), asc(category.name)),
        tags: () =>
            query
                .select({ name: tag.name, slug: tag.slug, posts: count() })
                .from(tag)
                .innerJoin(postTag, eq(postTag.tagId, tag.id))
                .innerJoin(post, eq(post.id, postTag.postId))
                .where(visible(clock()))
                .groupBy(tag.id)
                .orderBy(asc(tag.name)),
        async archive() {
            const rows = await query
                .select(LINK)
                .from(post)
                .where(visible(clock()))
                .orderBy(...NEWEST_FIRST);
            return rows.map(linkOf);
        },
        async newest(size) {
            const rows = await cards()
                .where(visible(clock()))
                .orderBy(...NEWEST_FIRST)
                .limit(size);
            return rows.map(cardOf);
        },
        async post(slug) {
            const found = await whole(slug);
            if (found !== undefined) return { kind: "post", found };
            const moved = await movedTo(slug);
            return moved === undefined ? undefined : { kind: "moved", ...moved };
        },
        async feed() {
            const [rows, [first]] = await Promise.all([
                query
                    .select({
                        ...LINK,
                        id: post.id,
                        description: post.description,
                        excerpt: post.excerpt,
                        html: post.html,
                        updatedAt: post.updatedAt,
                        category: category.name,
                    })
                    .from(post)
                    .leftJoin(category, eq(category.id, post.categoryId))
                    .where(visible(clock()))
                    .orderBy(...NEWEST_FIRST)
                    .limit(FEED_SIZE),
                authorName(),
            ]);
            const tags =
                rows.length === 0
                    ? []
                    : await query
                          .select({ postId: postTag.postId, name: tag.name })
                          .from(postTag)
                          .innerJoin(tag, eq(tag.id, postTag.tagId))
                          .where(
                              inArray(
                                  postTag.postId,
                                  rows.map(({ id }) => id),
                              ),
                          )
                          .orderBy(asc(tag.name));
            return {
                author: first?.name ?? null,
                posts: rows.map((row) => ({
                    ...linkOf(row),
                    description: row.description === "" ? row.excerpt : row.description,
                    html: row.html,
                    updatedAt: row.updatedAt.toISOString(),
                    categories: [
                        ...(row.category === null ? [] : [row.category]),
                        ...tags.filter(({ postId }) => postId === row.id).map(({ name }) => name),
                    ],
                })),
            };
        },
        async sitemap() {
            const [posts, categories, tags] = await Promise.all([
                query
                    .select({ slug: post.slug, updatedAt: post.updatedAt })
                    .from(post)
                    .where(visible(clock()))
                    .orderBy(...NEWEST_FIRST),
                this.categories(),
                this.tags(),
            ]);
            const newest = posts.reduce((latest, { updatedAt }) => Math.max(latest, updatedAt.getTime()), 0);
            return [
                { path: "/", updatedAt: newest === 0 ? null : new Date(newest).toISOString() },
                ...posts.map(({ slug, updatedAt }) => ({
                    path: postPath(slug),
                    updatedAt: updatedAt.toISOString(),
                })),
                { path: "/archive", updatedAt: null },
                { path: "/tags", updatedAt: null },
                ...categories.map(({ slug }) => ({ path: categoryPath(slug), updatedAt: null })),
                ...tags.map(({ slug }) => ({ path: tagPath(slug), updatedAt: null })),
            ];
        },
    };
}

function linkOf({ slug, title, publishedAt, language }: LinkRow): PostLink {
    // What readers see has a time of publication.
    return { slug, title, publishedAt: (publishedAt ?? new Date(0)).toISOString(), language };
}

function cardOf(row: CardRow): PostCard {
    return {
        ...linkOf(row),
        description: row.description === "" ? row.excerpt : row.description,
        readingMinutes: row.readingMinutes,
        category:
            row.categoryName === null || row.categorySlug === null
                ? null
                : { name: row.categoryName, slug: row.categorySlug },
        thumbnail: thumbnailOf(row),
    };
}

function thumbnailOf({ imageId, imageWidth, imageHeight, imageVariants }: CardRow): Thumbnail | null {
    if (imageId === null || imageWidth === null || imageHeight === null) return null;
    const widths = (imageVariants ?? []).map(({ width }) => width).sort((a, b) => a - b);
    return { id: imageId, width: imageWidth, height: imageHeight, widths };
}
