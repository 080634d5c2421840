import type { Readable } from "node:stream";
import { and, eq } from "drizzle-orm";
import { LRUCache } from "lru-cache";

import type { Database } from "../data/database";
import { image, type ImageVariant } from "../data/schema";
import type { OpenedImage } from "./images";
import { isImageId, variantKey } from "./keys";
import { ObjectStoreError, type ObjectStore } from "./s3";

const MEMORY_BYTES = 32 * 1024 * 1024;
/** What is larger streams through and is not kept. */
const KEPT_BYTES = 2 * 1024 * 1024;
/** How long a picture that was removed by another replica may be served still. */
const FRESH_MILLISECONDS = 60_000;

interface Known {
    readonly contentType: string;
    readonly variants: readonly ImageVariant[];
    readonly readAt: number;
}

/**
 * Opens pictures for readers. What was asked for lately is kept in memory, row and pixels, and goes on being served while
 * the database or the store is down: a picture never changes under its address.
 */
export function openImages({ database, store }: { database: Database; store: ObjectStore }): {
    open(id: string, width?: number): Promise<OpenedImage | undefined>;
    forget(id: string): void;
} {
    const rows = new LRUCache<string, Known>({ max: 10_000 });
    const contents = new LRUCache<string, Buffer>({
        maxSize: MEMORY_BYTES,
        maxEntrySize: KEPT_BYTES,
        sizeCalculation: (content) => content.length,
    });
    const reading = new Map<string, Promise<Buffer>>();

    const forget = (id: string) => {
        for (const { width } of rows.get(id)?.variants ?? []) contents.delete(variantKey(id, width));
        rows.delete(id);
    };

    async function rowOf(id: string): Promise<Known | undefined> {
        const before = rows.get(id);
        if (before !== undefined && performance.now() - before.readAt < FRESH_MILLISECONDS) return before;
        const found = await database.query
            .select({ contentType: image.contentType, variants: image.variants })
            .from(image)
            .where(and(eq(image.id, id), eq(image.state, "ready")))
            .catch((error: unknown) => {
                if (before === undefined) throw error;
                return [before];
            });
        if (found[0] === undefined) {
            forget(id);
            return undefined;
        }
        const known = { ...found[0], readAt: performance.now() };
        rows.set(id, known);
        return known;
    }

    /** A small object, once however many ask for it. */
    function read(key: string): Promise<Buffer> {
        let under = reading.get(key);
        if (under === undefined) {
            under = store
                .read(key, KEPT_BYTES)
                .then((content) => {
                    if (content === undefined) throw missing(key);
                    contents.set(key, content);
                    return content;
                })
                .finally(() => reading.delete(key));
            reading.set(key, under);
        }
        return under;
    }

    return {
        forget,
        async open(id, width) {
            if (!isImageId(id)) return undefined;
            const row = await rowOf(id);
            const variant =
                width === undefined ? row?.variants.at(-1) : row?.variants.find((one) => one.width === width);
            if (row === undefined || variant === undefined) return undefined;
            const key = variantKey(id, variant.width);
            return {
                contentType: row.contentType,
                bytes: variant.bytes,
                etag: `"${id}-${String(variant.width)}-${String(variant.bytes)}"`,
                body: async (): Promise<Buffer | Readable> => {
                    const kept = contents.get(key);
                    if (kept !== undefined) return kept;
                    if (variant.bytes <= KEPT_BYTES) return read(key);
                    const object = await store.get(key);
                    if (object === undefined) throw missing(key);
                    return object.stream;
                },
            };
        },
    };
}

/** The row says that it is there: somebody emptied the bucket, or gave another one. */
function missing(key: string): ObjectStoreError {
    return new ObjectStoreError(`S3: ${key} is in the database, and not in the bucket`, 404, "NoSuchKey");
}
