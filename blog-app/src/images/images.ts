import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import { and, count, desc, eq, inArray, lt, sql, type SQL } from "drizzle-orm";

import type { KnownImage } from "../content/render";
import type { Database } from "../data/database";
import { image, post, postDraft, postImage } from "../data/schema";
import { imageStrings } from "../i18n/images";
import { ApiError } from "../server/api-error";
import type { Env } from "../server/env";
import { createLimit } from "../server/limit";
import type { Log } from "../server/log";
import { isImageId, uploadKey, variantKey } from "./keys";
import { openImages } from "./open";
import { processImage, type ProcessedImage } from "./process";
import { ImageError, MAX_UPLOAD_BYTES, UPLOAD_TYPES, type UploadType } from "./refusal";
import { ObjectStoreError, openObjectStore, type ObjectStore, type ObjectStoreSettings } from "./s3";

/** A picture that readers can see. */
export interface ReadyImage {
    /** UUID, lower case: /images/<id>. */
    readonly id: string;
    /** The file's name as the author's computer had it. */
    readonly name: string;
    /** Of what /images/<id> serves, as re-encoded: image/webp. */
    readonly contentType: string;
    /** Of what /images/<id> serves. */
    readonly bytes: number;
    /** Pixels, upright. */
    readonly width: number;
    readonly height: number;
    /** WebP in base64, at most 1000 characters; null: none. */
    readonly placeholder: string | null;
    /** Widths in pixels for which /images/<id>?w=<width> exists, ascending; the last is the picture's own. */
    readonly widths: readonly number[];
    readonly createdAt: Date;
}

/** Where a picture is used. */
export interface ImageUse {
    readonly postId: number;
    readonly title: string;
    readonly slug: string;
    /** In its text, as its thumbnail, or in what the editor kept and is not saved yet. */
    readonly as: "text" | "thumbnail" | "draft";
    /** The post is in the trash. */
    readonly deleted: boolean;
}

export interface ListedImage extends ReadyImage {
    readonly uses: readonly ImageUse[];
}

/** An upload that the author's browser is to do by itself: `PUT url` with these headers, and exactly the bytes said. */
export interface BegunUpload {
    readonly id: string;
    readonly url: string;
    /** A browser adds Content-Length by itself. */
    readonly headers: Readonly<Record<string, string>>;
    readonly expiresAt: Date;
}

/** What is sent to a reader. */
export interface OpenedImage {
    readonly contentType: string;
    readonly bytes: number;
    readonly etag: string;
    /** Small pictures are whole, large ones stream; a HEAD or a 304 never calls it. */
    readonly body: () => Promise<Buffer | Readable>;
}

/** The pictures: rows in the database, pixels in a private bucket. */
export interface Images {
    /** Throws an `ImageError` for a type or a size that isn't taken. */
    begin(upload: { name: string; contentType: string; bytes: number }): Promise<BegunUpload>;
    /**
     * Checks what was uploaded, re-encodes it in several widths without what the camera wrote into it, and makes it
     * ready; the same again for one that is ready. Throws an `ImageError`; what is refused is removed.
     */
    complete(id: string): Promise<ReadyImage>;
    /**
     * The same for a picture at hand, such as an import's. One that is there under this id is left as it is. Throws an
     * `ImageError`.
     */
    add(content: Uint8Array, options: { id?: string; name: string; createdAt?: Date }): Promise<ReadyImage>;
    /** The picture, or its variant of exactly this width in pixels; undefined where there is none. */
    open(id: string, width?: number): Promise<OpenedImage | undefined>;
    /** Newest first, 24 a page from 1 on; `unused`: only those that no post, thumbnail or kept draft shows. */
    list(options: {
        page: number;
        unused: boolean;
    }): Promise<{ total: number; page: number; pages: number; images: readonly ListedImage[] }>;
    /** Throws an `ImageError`: "unknown", or "in-use" naming the posts. */
    remove(id: string): Promise<void>;
    /** Those of the ids that are ready, for `render` and `preparePost`. */
    known(ids: readonly string[]): Promise<ReadonlyMap<string, KnownImage>>;
    /** Removes uploads that were never completed and objects without a row, when they are older than 24 h. */
    collectOrphans(): Promise<{ uploads: number; objects: number }>;
    /** Rejects, within seconds, where the object store doesn't answer for this bucket. */
    reach(): Promise<void>;
    close(): void;
}

export interface ImagesOptions {
    readonly database: Database;
    readonly env: ObjectStoreSettings & Pick<Env, "SITE_LANGUAGE">;
    readonly log: Log;
    /** For the metrics. */
    readonly onUpload?: ((result: "completed" | "refused") => void) | undefined;
    /** Called when a picture became ready that a post names already: the post was rendered without it. */
    readonly rerender?: (id: string) => Promise<unknown>;
    /** For tests. */
    readonly store?: ObjectStore;
}

const PAGE_SIZE = 24;
const UPLOAD_SECONDS = 5 * 60;
const ORPHAN_HOURS = 24;
const CONTENT_TYPE = "image/webp";

type Row = typeof image.$inferSelect;

export function createImages(options: ImagesOptions): Images {
    const { database, env, log, onUpload, rerender } = options;
    const { query } = database;
    const text = imageStrings(env.SITE_LANGUAGE);
    const store = options.store ?? openObjectStore(env);
    const opener = openImages({ database, store });
    // One at a time: each takes a core, and up to 200 MB, from a server that readers wait for.
    const oneByOne = createLimit(1);
    const completing = new Map<string, Promise<ReadyImage>>();

    const find = async (id: string): Promise<Row | undefined> =>
        isImageId(id) ? (await query.select().from(image).where(eq(image.id, id)))[0] : undefined;
    const unknown = () => new ImageError("unknown", 404, text.unknown);

    async function putVariants(id: string, made: ProcessedImage): Promise<void> {
        for (const { width, content } of made.variants) await store.put(variantKey(id, width), content, CONTENT_TYPE);
    }

    async function deleteObjects(id: string, widths: readonly number[]): Promise<void> {
        for (const key of [uploadKey(id), ...widths.map((width) => variantKey(id, width))]) await store.delete(key);
    }

    /** What is left behind is collected later. */
    async function tryToDelete(id: string, widths: readonly number[]): Promise<void> {
        await deleteObjects(id, widths).catch((error: unknown) => {
            log.warn({ image: id, error: messageOf(error) }, "objects of a picture not deleted");
        });
    }

    const columnsOf = (made: ProcessedImage) => ({
        state: "ready" as const,
        contentType: CONTENT_TYPE,
        bytes: made.variants.at(-1)?.content.length ?? 0,
        width: made.width,
        height: made.height,
        placeholder: made.placeholder,
        variants: made.variants.map(({ width, content }) => ({ width, bytes: content.length })),
    });

    /** Posts that name the picture were rendered without it, and are kept so in the cache. */
    async function tellPosts(id: string): Promise<void> {
        const uses = (await usesOf([id])).get(id) ?? [];
        if (uses.every(({ as }) => as === "draft")) return;
        try {
            await rerender?.(id);
            // A thumbnail is not part of a post's html.
            await database.change(() => Promise.resolve());
        } catch (error) {
            log.error({ image: id, error: messageOf(error) }, "posts with a picture not rendered again");
        }
    }

    async function completeOnce(id: string): Promise<ReadyImage> {
        const row = await find(id);
        if (row === undefined) throw unknown();
        if (row.state === "ready") return readyImage(row);
        const stored = await store.head(uploadKey(id));
        if (stored === undefined) {
            // Another replica may have been first.
            const again = await find(id);
            if (again?.state === "ready") return readyImage(again);
            throw new ImageError("not-uploaded", 409, text.notUploaded);
        }
        let made: ProcessedImage;
        try {
            if (stored.bytes !== row.bytes) {
                throw new ImageError("size-differs", 422, text.sizeDiffers(stored.bytes, row.bytes));
            }
            const content = await store.read(uploadKey(id), MAX_UPLOAD_BYTES);
            if (content === undefined) throw new ImageError("not-uploaded", 409, text.notUploaded);
            made = await processImage(content, text, row.contentType as UploadType);
        } catch (error) {
            if (error instanceof ImageError && error.reason !== "not-uploaded") {
                log.info({ image: id, reason: error.reason, cause: messageOf(error.cause) }, "upload refused");
                await query.delete(image).where(and(eq(image.id, id), eq(image.state, "pending")));
                await tryToDelete(id, []);
                onUpload?.("refused");
            }
            throw error;
        }
        await putVariants(id, made);
        const [{ affectedRows }] = await query
            .update(image)
            .set(columnsOf(made))
            .where(and(eq(image.id, id), eq(image.state, "pending")));
        const now = await find(id);
        if (now === undefined) {
            // Removed meanwhile.
            await tryToDelete(
                id,
                made.variants.map(({ width }) => width),
            );
            throw unknown();
        }
        await tryToDelete(id, []);
        if (affectedRows > 0) {
            onUpload?.("completed");
            await tellPosts(id);
        }
        return readyImage(now);
    }

    async function usesOf(ids: readonly string[]): Promise<ReadonlyMap<string, readonly ImageUse[]>> {
        const uses = new Map<string, ImageUse[]>();
        if (ids.length === 0) return uses;
        const what = { postId: post.id, title: post.title, slug: post.slug, deletedAt: post.deletedAt };
        const [texts, thumbnails, drafts] = await Promise.all([
            query
                .select({ image: postImage.imageId, ...what })
                .from(postImage)
                .innerJoin(post, eq(post.id, postImage.postId))
                .where(inArray(postImage.imageId, [...ids])),
            query
                .select({ image: sql<string>`${post.thumbnail}`, ...what })
                .from(post)
                .where(inArray(post.thumbnail, [...ids])),
            query
                .select({ image: image.id, ...what })
                .from(postDraft)
                .innerJoin(post, eq(post.id, postDraft.postId))
                .innerJoin(image, draftShows)
                .where(inArray(image.id, [...ids])),
        ]);
        // A post's thumbnail is among the pictures of its text as well.
        for (const [as, rows] of [
            ["thumbnail", thumbnails],
            ["text", texts],
            ["draft", drafts],
        ] as const) {
            for (const { image: id, deletedAt, ...rest } of rows) {
                const known = uses.get(id) ?? [];
                if (known.some(({ postId }) => postId === rest.postId)) continue;
                uses.set(id, [...known, { ...rest, as, deleted: deletedAt !== null }]);
            }
        }
        return uses;
    }

    return {
        async begin({ name, contentType, bytes }) {
            const type = UPLOAD_TYPES.find((type) => type === contentType.trim().toLowerCase());
            if (type === undefined) throw new ImageError("type", 415, text.type(contentType.slice(0, 100)));
            checkBytes(bytes);
            const id = randomUUID();
            const now = new Date();
            const url = store.presignPut(uploadKey(id), { contentType: type, bytes, seconds: UPLOAD_SECONDS, now });
            await query
                .insert(image)
                .values({ id, state: "pending", name: fileName(name), contentType: type, bytes, createdAt: now });
            return {
                id,
                url,
                headers: { "content-type": type },
                expiresAt: new Date(now.getTime() + UPLOAD_SECONDS * 1000),
            };
        },

        complete(id) {
            let under = completing.get(id);
            if (under === undefined) {
                under = oneByOne(() => completeOnce(id))
                    .catch(told)
                    .finally(() => completing.delete(id));
                completing.set(id, under);
            }
            return under;
        },

        async add(content, { id = randomUUID(), name, createdAt = new Date() }) {
            if (!isImageId(id)) throw unknown();
            const before = await find(id);
            if (before?.state === "ready") return readyImage(before);
            checkBytes(content.byteLength);
            const made = await oneByOne(() =>
                processImage(Buffer.from(content.buffer, content.byteOffset, content.byteLength), text),
            );
            await putVariants(id, made).catch(told);
            const values = { ...columnsOf(made), name: fileName(name), createdAt };
            // An upload of the same id that was never completed becomes this.
            await query
                .insert(image)
                .values({ id, ...values })
                .onDuplicateKeyUpdate({ set: values });
            await tellPosts(id);
            const row = await find(id);
            if (row === undefined) throw unknown();
            return readyImage(row);
        },

        open: (id, width) => opener.open(id, width),

        async list({ page, unused }) {
            const where = and(eq(image.state, "ready"), unused ? isUnused : undefined);
            const [counted] = await query.select({ total: count() }).from(image).where(where);
            const total = counted?.total ?? 0;
            const pages = Math.max(1, Math.ceil(total / PAGE_SIZE));
            const at = Math.min(Math.max(1, Math.trunc(page) || 1), pages);
            const rows = await query
                .select()
                .from(image)
                .where(where)
                .orderBy(desc(image.createdAt), desc(image.id))
                .limit(PAGE_SIZE)
                .offset((at - 1) * PAGE_SIZE);
            const uses = await usesOf(rows.map(({ id }) => id));
            return {
                total,
                page: at,
                pages,
                images: rows.map((row) => ({ ...readyImage(row), uses: uses.get(row.id) ?? [] })),
            };
        },

        async remove(id) {
            const row = await find(id);
            if (row === undefined) throw unknown();
            const uses = (await usesOf([id])).get(id) ?? [];
            if (uses.length > 0) {
                const titles = [...new Map(uses.map(({ postId, title }) => [postId, title || "–"])).values()];
                throw new ImageError("in-use", 409, text.inUse(titles.join(", ")));
            }
            // The row first: an object without a row is collected, a row without an object is a broken picture.
            await query.delete(image).where(eq(image.id, id));
            opener.forget(id);
            await tryToDelete(
                id,
                row.variants.map(({ width }) => width),
            );
        },

        async known(ids) {
            const wanted = [...new Set(ids)].filter(isImageId);
            if (wanted.length === 0) return new Map();
            const rows = await query
                .select()
                .from(image)
                .where(and(eq(image.state, "ready"), inArray(image.id, wanted)));
            return new Map(
                rows
                    .map(readyImage)
                    .map(({ id, width, height, placeholder, widths }) => [
                        id,
                        { id, width, height, placeholder, widths },
                    ]),
            );
        },

        async reach() {
            // One answer is enough, an empty list too.
            for await (const _ of store.list("reach/")) break;
        },

        async collectOrphans() {
            const before = new Date(Date.now() - ORPHAN_HOURS * 3_600_000);
            const [{ affectedRows: uploads }] = await query
                .delete(image)
                .where(and(eq(image.state, "pending"), lt(image.createdAt, before)));
            let objects = 0;
            for (const prefix of ["uploads/", "images/"]) {
                const old: { key: string; id: string }[] = [];
                for await (const { key, modifiedAt } of store.list(prefix)) {
                    const id = key.split("/")[1] ?? "";
                    // What isn't named as this blog names things isn't this blog's.
                    if (modifiedAt < before && isImageId(id)) old.push({ key, id });
                }
                for (let at = 0; at < old.length; at += 500) {
                    const some = old.slice(at, at + 500);
                    // Asked after the objects were listed: a row is there before its object is a day old.
                    const rows = await query
                        .select({ id: image.id, state: image.state })
                        .from(image)
                        .where(
                            inArray(
                                image.id,
                                some.map(({ id }) => id),
                            ),
                        );
                    const states = new Map(rows.map(({ id, state }) => [id, state]));
                    for (const { key, id } of some) {
                        const state = states.get(id);
                        // The raw upload of a picture that is ready is of no more use.
                        if (state === undefined || (state === "ready" && prefix === "uploads/")) {
                            await store.delete(key);
                            objects += 1;
                        }
                    }
                }
            }
            return { uploads, objects };
        },

        close() {
            store.close();
        },
    };

    /** The store's own words are for the log. */
    function told(error: unknown): never {
        if (!(error instanceof ObjectStoreError)) throw error;
        log.error({ error: error.message }, "the image store failed");
        throw new ApiError(503, text.storeDown, { headers: { "retry-after": "5" } });
    }

    function checkBytes(bytes: number): void {
        if (!Number.isInteger(bytes) || bytes < 1) throw new ImageError("size", 422, text.empty);
        if (bytes > MAX_UPLOAD_BYTES) {
            throw new ImageError("size", 413, text.size(bytes, MAX_UPLOAD_BYTES));
        }
    }
}

/** What the editor kept and is not saved yet is text of JSON, in which an id looks as it is. */
const draftShows = sql`LOCATE(${image.id}, ${postDraft.fields}) > 0`;
const isUnused: SQL = sql`NOT EXISTS (SELECT 1 FROM ${postImage} WHERE ${postImage.imageId} = ${image.id})
    AND NOT EXISTS (SELECT 1 FROM ${post} WHERE ${post.thumbnail} = ${image.id})
    AND NOT EXISTS (SELECT 1 FROM ${postDraft} WHERE ${draftShows})`;

function readyImage(row: Row): ReadyImage {
    const { id, name, contentType, bytes, placeholder, createdAt } = row;
    return {
        id,
        name,
        contentType,
        bytes,
        width: row.width ?? 0,
        height: row.height ?? 0,
        placeholder,
        widths: row.variants.map(({ width }) => width),
        createdAt,
    };
}

/** A name without folders or control characters, as long as the column takes; it is shown, and used for nothing else. */
function fileName(name: string): string {
    const last = name.normalize("NFC").split(/[\\/]/).at(-1) ?? "";
    const clean = last.replace(/[\u0000-\u001f\u007f]/g, "").trim();
    return Array.from(clean).slice(0, 255).join("") || "image";
}

function messageOf(error: unknown): string | undefined {
    return error instanceof Error ? error.message : undefined;
}
