import { and, count, desc, eq, isNotNull, isNull, lte, ne, sql, type SQL } from "drizzle-orm";

import { render, type KnownImage, type Rendered } from "../content/render";
import { slugOf } from "../content/slug";
import { contains } from "../data/contains";
import type { Database, Transaction } from "../data/database";
import { author, category, post, postDraft, postRevision, postTag, postView, slugRedirect, tag } from "../data/schema";
import { adminStrings } from "../i18n/admin";
import { ApiError } from "../server/api-error";
import type { Env } from "../server/env";
import { EMPTY_POST, POST_STATUSES, type PostFields } from "./fields";
import { readPreview, signPreview } from "./preview-token";
import { preparePost, SlugTakenError, writePost } from "./store";
import { createTerms, type Terms } from "./terms";
import type {
    EditorPost,
    EditorStamp,
    PostConflict,
    PostFilter,
    PostList,
    PreviewLink,
    PreviewPost,
    Revision,
    RevisionListing,
    SlugCheck,
} from "./types";
import { uploadPlaceholders } from "./upload-placeholders";

const PAGE_SIZE = 20;
const PREVIEW_DAYS = 7;
const DAY = 24 * 60 * 60 * 1000;

/** A draft that has no title yet has an address that nobody sees. */
const PLACEHOLDER = /^draft-[0-9a-f]{12}$/;

/** The author's side of posts. A post that is not there is an `ApiError` of 404 everywhere. */
export interface Posts {
    /** Newest change first, 20 a page from 1 on; `search`: part of a title. */
    list(query: { filter: PostFilter; search?: string; page?: number }): Promise<PostList>;
    /** An empty draft. */
    create(): Promise<{ id: number }>;
    get(id: number): Promise<EditorPost>;
    /** Keeps what the editor holds, for nobody but the author. Throws 409 where another editor has gone on. */
    autosave(id: number, fields: PostFields, stamp: EditorStamp): Promise<{ savedAt: string }>;
    /**
     * Saves as the next revision. Throws 422 with fields; 409 with a `PostConflict` where another editor has saved
     * meanwhile. A draft that another editor keeps stays.
     */
    save(id: number, fields: PostFields, stamp: EditorStamp): Promise<EditorPost>;
    /** Forgets what was kept and not saved. */
    discardDraft(id: number): Promise<EditorPost>;
    /** Into the trash; its address stays its own. */
    trash(id: number): Promise<void>;
    /** Out of the trash. What was to be published meanwhile is a draft again. */
    restore(id: number): Promise<void>;
    /** Removes a post that is in the trash, with its revisions. */
    purge(id: number): Promise<void>;
    /** Removes all that is in the trash. Returns how many. */
    emptyTrash(): Promise<number>;
    /** Newest first. */
    revisions(id: number): Promise<readonly RevisionListing[]>;
    revision(id: number, revision: number): Promise<Revision>;
    /** Whether a post could have this address; `id`: the post that asks. */
    checkSlug(wanted: { slug: string; title: string; id: number }): Promise<SlugCheck>;
    /** A link for seven days to the post as its author last left it. */
    previewToken(id: number): Promise<PreviewLink>;
    /** Takes back all links to its preview. */
    revokePreviews(id: number): Promise<void>;
    /** Undefined: the link is not ours, has expired or was taken back, or its post is gone. */
    postOfPreview(token: string): Promise<PreviewPost | undefined>;
    /** What the editor's preview shows. */
    render(markdown: string): Promise<Pick<Rendered, "html" | "toc" | "excerpt" | "readingMinutes">>;
    /** Publishes what is due. Returns how many. */
    publishDue(): Promise<number>;
    readonly categories: Terms["categories"];
    readonly tags: Terms["tags"];
}

interface Dependencies {
    readonly database: Database;
    readonly images: { known(ids: readonly string[]): Promise<ReadonlyMap<string, KnownImage>> };
    readonly env: Pick<Env, "SECRET_KEY" | "SITE_LANGUAGE">;
    readonly now?: () => Date;
}

export function createPosts({ database, images, env, now = () => new Date() }: Dependencies): Posts {
    const words = adminStrings(env.SITE_LANGUAGE).errors;
    const { query } = database;
    const notFound = () => new ApiError(404, words.notFound);
    const invalid = (fields: Record<string, string>) => new ApiError(422, words.fields, { fields });
    const terms = createTerms(database, words);

    /** The post's state under a lock. */
    const lock = async (tx: Transaction, id: number) => {
        const [found] = await tx
            .select({
                title: post.title,
                status: post.status,
                revision: post.revision,
                updatedAt: post.updatedAt,
                publishedAt: post.publishedAt,
                deletedAt: post.deletedAt,
                draftTitle: sql<string | null>`JSON_VALUE(${postDraft.fields}, '$.title')`,
                draftSavedAt: postDraft.savedAt,
            })
            .from(post)
            .leftJoin(postDraft, eq(postDraft.postId, post.id))
            .where(and(eq(post.id, id), isNull(post.deletedAt)))
            .for("update");
        if (found === undefined) throw notFound();
        return found;
    };

    const refuseConflict = (found: Awaited<ReturnType<typeof lock>>, stamp: EditorStamp, drafts: boolean) => {
        const current: EditorStamp = {
            revision: found.revision,
            draftSavedAt: found.draftSavedAt?.toISOString() ?? null,
        };
        const refuse = (conflict: PostConflict, message: string) => {
            throw new ApiError(409, message, { more: { conflict } });
        };
        if (found.revision !== stamp.revision) {
            const at = found.updatedAt.toISOString();
            refuse({ kind: "saved", title: found.title, at, stamp: current }, words.conflictSaved(found.title));
        }
        if (drafts && found.draftSavedAt !== null && !knows(stamp, found.draftSavedAt)) {
            const at = found.draftSavedAt.toISOString();
            const title = found.draftTitle ?? "";
            refuse({ kind: "draft", title, at, stamp: current }, words.conflictDraft(title));
        }
    };

    const posts: Posts = {
        async list({ filter, search = "", page = 1 }) {
            // What is kept counts where nothing was saved: a new post's title.
            const title = sql<string>`COALESCE(NULLIF(${post.title}, ''), JSON_VALUE(${postDraft.fields}, '$.title'), '')`;
            const [tallies, rows] = await Promise.all([
                query
                    .select({
                        status: post.status,
                        trashed: sql`${post.deletedAt} IS NOT NULL`.mapWith(Boolean).as("trashed"),
                        posts: count(),
                    })
                    .from(post)
                    .groupBy(post.status, sql`trashed`),
                query
                    .select({
                        id: post.id,
                        title: title.as("shown_title"),
                        slug: post.slug,
                        status: post.status,
                        category: category.name,
                        updatedAt: post.updatedAt,
                        publishedAt: post.publishedAt,
                        deletedAt: post.deletedAt,
                        draftSavedAt: postDraft.savedAt,
                        views: sql`(SELECT COALESCE(SUM(${postView.views}), 0) FROM ${postView} WHERE ${postView.postId} = ${post.id})`.mapWith(
                            Number,
                        ),
                        total: sql`COUNT(*) OVER ()`.mapWith(Number),
                    })
                    .from(post)
                    .leftJoin(category, eq(category.id, post.categoryId))
                    .leftJoin(postDraft, eq(postDraft.postId, post.id))
                    .where(
                        and(
                            filter === "trash" ? isNotNull(post.deletedAt) : isNull(post.deletedAt),
                            filter === "trash" || filter === "all" ? undefined : eq(post.status, filter),
                            search.trim() === "" ? undefined : contains(title, search.trim()),
                        ),
                    )
                    .orderBy(
                        filter === "trash"
                            ? desc(post.deletedAt)
                            : desc(sql`GREATEST(${post.updatedAt}, COALESCE(${postDraft.savedAt}, ${post.updatedAt}))`),
                        desc(post.id),
                    )
                    .limit(PAGE_SIZE)
                    .offset((page - 1) * PAGE_SIZE),
            ]);
            const sum = (of: (tally: (typeof tallies)[number]) => boolean) =>
                tallies.filter(of).reduce((all, tally) => all + tally.posts, 0);
            const byStatus = Object.fromEntries(
                POST_STATUSES.map((status) => [status, sum((tally) => !tally.trashed && tally.status === status)]),
            ) as Record<(typeof POST_STATUSES)[number], number>;
            const total = rows[0]?.total ?? 0;
            return {
                posts: rows.map(({ total: _, draftSavedAt, updatedAt, publishedAt, deletedAt, ...row }) => ({
                    ...row,
                    slug: PLACEHOLDER.test(row.slug) ? "" : row.slug,
                    updatedAt: (draftSavedAt !== null && draftSavedAt > updatedAt
                        ? draftSavedAt
                        : updatedAt
                    ).toISOString(),
                    publishedAt: publishedAt?.toISOString() ?? null,
                    deletedAt: deletedAt?.toISOString() ?? null,
                    unsaved: draftSavedAt !== null,
                })),
                page,
                pages: Math.max(1, Math.ceil(total / PAGE_SIZE)),
                total,
                counts: {
                    ...byStatus,
                    all: sum((tally) => !tally.trashed),
                    trash: sum((tally) => tally.trashed),
                },
            };
        },

        async create() {
            const [untouched] = await query
                .select({ id: post.id })
                .from(post)
                .leftJoin(postDraft, eq(postDraft.postId, post.id))
                .where(
                    and(
                        ...[eq(post.status, "draft"), eq(post.revision, 1), isNull(post.deletedAt)],
                        ...[eq(post.title, ""), eq(post.markdown, ""), isNull(postDraft.postId)],
                    ),
                )
                .limit(1);
            if (untouched !== undefined) return untouched;
            const slug = `draft-${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;
            const prepared = await preparePost({ ...EMPTY_POST, slug }, images);
            // No reader sees it, so no page is made anew for it.
            const { id } = await query.transaction((tx) => writePost(tx, prepared, { now: now() }));
            return { id };
        },

        async get(id) {
            const [[found], tags] = await Promise.all([
                query
                    .select({
                        title: post.title,
                        slug: post.slug,
                        markdown: post.markdown,
                        status: post.status,
                        category: category.name,
                        thumbnail: post.thumbnail,
                        description: post.description,
                        publishedAt: post.publishedAt,
                        revision: post.revision,
                        createdAt: post.createdAt,
                        updatedAt: post.updatedAt,
                        deletedAt: post.deletedAt,
                        draftFields: postDraft.fields,
                        draftSavedAt: postDraft.savedAt,
                    })
                    .from(post)
                    .leftJoin(category, eq(category.id, post.categoryId))
                    .leftJoin(postDraft, eq(postDraft.postId, post.id))
                    .where(eq(post.id, id)),
                query
                    .select({ name: tag.name })
                    .from(postTag)
                    .innerJoin(tag, eq(tag.id, postTag.tagId))
                    .where(eq(postTag.postId, id))
                    .orderBy(tag.name),
            ]);
            if (found === undefined) throw notFound();
            return {
                id,
                fields: {
                    title: found.title,
                    slug: PLACEHOLDER.test(found.slug) ? "" : found.slug,
                    markdown: found.markdown,
                    status: found.status,
                    category: found.category ?? "",
                    tags: tags.map(({ name }) => name),
                    thumbnail: found.thumbnail,
                    description: found.description,
                    publishedAt: found.publishedAt?.toISOString() ?? null,
                },
                revision: found.revision,
                createdAt: found.createdAt.toISOString(),
                updatedAt: found.updatedAt.toISOString(),
                deletedAt: found.deletedAt?.toISOString() ?? null,
                wasPublished: found.publishedAt !== null && found.publishedAt <= now(),
                draft:
                    found.draftFields === null || found.draftSavedAt === null
                        ? null
                        : { fields: found.draftFields, savedAt: found.draftSavedAt.toISOString() },
            };
        },

        autosave: (id, fields, stamp) =>
            query.transaction(async (tx) => {
                const found = await lock(tx, id);
                refuseConflict(found, stamp, true);
                // Never the same time twice: an editor tells by it whether another has been here.
                const savedAt = new Date(Math.max(now().getTime(), (found.draftSavedAt?.getTime() ?? 0) + 1));
                await tx
                    .insert(postDraft)
                    .values({ postId: id, fields, savedAt })
                    .onDuplicateKeyUpdate({ set: { fields, savedAt } });
                return { savedAt: savedAt.toISOString() };
            }),

        async save(id, given, stamp) {
            const fields = { ...given, slug: slugOf(given.slug) };
            const faults: Record<string, string> = {};
            if (fields.title === "" && fields.status !== "draft") faults.title = words.titleWanted;
            if (given.slug !== "" && fields.slug === "") faults.slug = words.slugWanted(given.slug);
            const uploading = uploadPlaceholders(fields.markdown);
            if (uploading.length > 0 && fields.status !== "draft")
                faults.markdown = words.uploading(uploading.join(", "));
            if (Object.keys(faults).length > 0) throw invalid(faults);
            const prepared = await preparePost(fields, images);
            try {
                await database.change(async (tx) => {
                    const found = await lock(tx, id);
                    refuseConflict(found, stamp, false);
                    const time = now();
                    const status = statusAt(fields, found, time);
                    const fault = timeFault({ ...fields, status }, time);
                    if (fault !== undefined) throw invalid({ publishedAt: fault });
                    const slug = fields.title === "" && fields.slug === "" ? await slugOfPost(tx, id) : fields.slug;
                    // Published before the time that it was scheduled for: it is out from now on.
                    const early =
                        status === "published" &&
                        fields.publishedAt === null &&
                        found.publishedAt !== null &&
                        found.publishedAt > time;
                    await writePost(
                        tx,
                        { ...prepared, fields: { ...fields, status, slug } },
                        { id, now: time, ...(early ? { publishedAt: time } : {}) },
                    );
                    if (found.draftSavedAt !== null && knows(stamp, found.draftSavedAt)) {
                        await tx.delete(postDraft).where(eq(postDraft.postId, id));
                    }
                });
            } catch (error) {
                if (error instanceof SlugTakenError) throw invalid({ slug: words.slugTaken(error.slug) });
                throw error;
            }
            return posts.get(id);
        },

        async discardDraft(id) {
            await query.delete(postDraft).where(eq(postDraft.postId, id));
            return posts.get(id);
        },

        trash: (id) =>
            database.change(async (tx) => {
                const [result] = await tx
                    .update(post)
                    .set({ deletedAt: now() })
                    .where(and(eq(post.id, id), isNull(post.deletedAt)));
                if (result.affectedRows === 0) throw notFound();
            }),

        restore: (id) =>
            database.change(async (tx) => {
                const time = now();
                const due = sql`${post.status} = 'scheduled' AND ${post.publishedAt} <= ${time}`;
                const [result] = await tx
                    .update(post)
                    .set({ status: sql`IF(${due}, 'draft', ${post.status})`, deletedAt: null })
                    .where(and(eq(post.id, id), isNotNull(post.deletedAt)));
                if (result.affectedRows === 0) throw notFound();
            }),

        purge: (id) =>
            database.change(async (tx) => {
                const [result] = await tx.delete(post).where(and(eq(post.id, id), isNotNull(post.deletedAt)));
                if (result.affectedRows === 0) throw notFound();
            }),

        emptyTrash: () =>
            database.change(async (tx) => {
                const [result] = await tx.delete(post).where(isNotNull(post.deletedAt));
                return result.affectedRows;
            }),

        async revisions(id) {
            const rows = await query
                .select({
                    revision: postRevision.revision,
                    title: postRevision.title,
                    savedAt: postRevision.savedAt,
                    characters: sql`CHAR_LENGTH(${postRevision.markdown})`.mapWith(Number),
                })
                .from(postRevision)
                .where(eq(postRevision.postId, id))
                .orderBy(desc(postRevision.revision));
            // Every save leaves one.
            if (rows.length === 0) throw notFound();
            return rows.map((row) => ({ ...row, savedAt: row.savedAt.toISOString() }));
        },

        async revision(id, revision) {
            const [row] = await query
                .select({
                    revision: postRevision.revision,
                    title: postRevision.title,
                    markdown: postRevision.markdown,
                    savedAt: postRevision.savedAt,
                })
                .from(postRevision)
                .where(and(eq(postRevision.postId, id), eq(postRevision.revision, revision)));
            if (row === undefined) throw notFound();
            return { ...row, savedAt: row.savedAt.toISOString() };
        },

        async checkSlug({ slug: wanted, title, id }) {
            const slug = slugOf(wanted === "" ? title : wanted);
            const [[taken], [left]] = await Promise.all([
                query
                    .select({ id: post.id, title: post.title })
                    .from(post)
                    .where(and(eq(post.slug, slug), ne(post.id, id))),
                query
                    .select({ id: post.id, title: post.title })
                    .from(slugRedirect)
                    .innerJoin(post, eq(post.id, slugRedirect.postId))
                    .where(and(eq(slugRedirect.slug, slug), ne(slugRedirect.postId, id))),
            ]);
            return { slug, taken: taken ?? left ?? null };
        },

        async previewToken(id) {
            const [found] = await query
                .select({ generation: post.previewGeneration })
                .from(post)
                .where(and(eq(post.id, id), isNull(post.deletedAt)));
            if (found === undefined) throw notFound();
            const expires = Math.floor((now().getTime() + PREVIEW_DAYS * DAY) / 1000);
            const token = signPreview({ postId: id, generation: found.generation, expires }, env.SECRET_KEY);
            return { path: `/preview/${token}`, expiresAt: new Date(expires * 1000).toISOString() };
        },

        async revokePreviews(id) {
            const [result] = await query
                .update(post)
                .set({ previewGeneration: sql`${post.previewGeneration} + 1` })
                .where(eq(post.id, id));
            if (result.affectedRows === 0) throw notFound();
        },

        async postOfPreview(token) {
            const claim = readPreview(token, env.SECRET_KEY, now());
            if (claim === undefined) return undefined;
            const [[found], tags, [writer]] = await Promise.all([
                query
                    .select({
                        title: post.title,
                        html: post.html,
                        toc: post.toc,
                        description: post.description,
                        excerpt: post.excerpt,
                        language: post.language,
                        readingMinutes: post.readingMinutes,
                        status: post.status,
                        publishedAt: post.publishedAt,
                        updatedAt: post.updatedAt,
                        categoryName: category.name,
                        categorySlug: category.slug,
                        draftFields: postDraft.fields,
                        draftSavedAt: postDraft.savedAt,
                    })
                    .from(post)
                    .leftJoin(category, eq(category.id, post.categoryId))
                    .leftJoin(postDraft, eq(postDraft.postId, post.id))
                    .where(
                        and(
                            eq(post.id, claim.postId),
                            eq(post.previewGeneration, claim.generation),
                            isNull(post.deletedAt),
                        ),
                    ),
                query
                    .select({ name: tag.name, slug: tag.slug })
                    .from(postTag)
                    .innerJoin(tag, eq(tag.id, postTag.tagId))
                    .where(eq(postTag.postId, claim.postId))
                    .orderBy(tag.name),
                query.select({ name: author.name }).from(author).orderBy(author.id).limit(1),
            ]);
            if (found === undefined) return undefined;
            const saved: PreviewPost = {
                id: claim.postId,
                title: found.title,
                html: found.html,
                toc: found.toc,
                description: found.description === "" ? found.excerpt : found.description,
                language: found.language,
                readingMinutes: found.readingMinutes,
                category:
                    found.categoryName === null || found.categorySlug === null
                        ? null
                        : { name: found.categoryName, slug: found.categorySlug },
                tags,
                status: found.status,
                unsaved: false,
                publishedAt: found.publishedAt?.toISOString() ?? null,
                updatedAt: found.updatedAt.toISOString(),
                author: writer?.name ?? null,
            };
            if (found.draftFields === null || found.draftSavedAt === null) return saved;
            const draft = found.draftFields;
            const rendered = await render(draft.markdown, { images: (ids) => images.known(ids) });
            return {
                ...saved,
                unsaved: true,
                title: draft.title,
                html: rendered.html,
                toc: rendered.toc,
                description: draft.description === "" ? rendered.excerpt : draft.description,
                language: rendered.language,
                readingMinutes: rendered.readingMinutes,
                category: draft.category === "" ? null : { name: draft.category, slug: slugOf(draft.category) },
                tags: draft.tags.map((name) => ({ name, slug: slugOf(name) })),
                updatedAt: found.draftSavedAt.toISOString(),
            };
        },

        async render(markdown) {
            const { html, toc, excerpt, readingMinutes } = await render(markdown, {
                images: (ids) => images.known(ids),
            });
            return { html, toc, excerpt, readingMinutes };
        },

        async publishDue() {
            const due = (time: Date): SQL | undefined =>
                and(eq(post.status, "scheduled"), lte(post.publishedAt, time), isNull(post.deletedAt));
            const [waiting] = await query.select({ posts: count() }).from(post).where(due(now()));
            // Nothing to do is the rule, and must not make every page anew.
            if (waiting === undefined || waiting.posts === 0) return 0;
            return database.change(async (tx) => {
                const [result] = await tx.update(post).set({ status: "published" }).where(due(now()));
                return result.affectedRows;
            });
        },

        categories: terms.categories,
        tags: terms.tags,
    };
    return posts;

    async function slugOfPost(tx: Transaction, id: number): Promise<string> {
        const [row] = await tx.select({ slug: post.slug }).from(post).where(eq(post.id, id));
        return row?.slug ?? "";
    }

    function timeFault(fields: PostFields, time: Date): string | undefined {
        const at = fields.publishedAt === null ? undefined : new Date(fields.publishedAt);
        if (fields.status === "scheduled") {
            if (at === undefined) return words.timeWanted;
            if (at <= time) return words.timePast;
        }
        if (fields.status === "published" && at !== undefined && at > time) return words.timeFuture;
        return undefined;
    }
}

/** An editor that was opened while the post waited may save it after its time has come. */
function statusAt(
    fields: PostFields,
    found: { readonly status: string; readonly publishedAt: Date | null },
    time: Date,
): PostFields["status"] {
    const came =
        fields.status === "scheduled" &&
        found.status === "published" &&
        found.publishedAt !== null &&
        found.publishedAt <= time &&
        fields.publishedAt !== null &&
        new Date(fields.publishedAt).getTime() === found.publishedAt.getTime();
    return came ? "published" : fields.status;
}

function knows(stamp: EditorStamp, savedAt: Date): boolean {
    return stamp.draftSavedAt !== null && savedAt.getTime() <= new Date(stamp.draftSavedAt).getTime();
}
