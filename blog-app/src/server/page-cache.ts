import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gunzip, gzip } from "node:zlib";
import type { Redis } from "ioredis";
import { LRUCache } from "lru-cache";

import type { SiteVersion } from "../data/site-version";
import type { Log } from "./log";
import { messageOf } from "./message-of";

const compressGzip = promisify(gzip);
const compressBrotli = promisify(brotliCompress);
const decompress = promisify(gunzip);

/** A whole answer of the application. */
export interface Rendering {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Buffer;
}

/** An answer as it is kept: ready to be sent in any encoding. */
export interface Page {
    readonly status: number;
    /** Without those of length and encoding. */
    readonly headers: Readonly<Record<string, string>>;
    readonly etag: string;
    readonly gzip: Buffer;
    readonly brotli: Buffer;
    /** For clients that take neither. */
    readonly identity: () => Promise<Buffer>;
}

/** Where a page came from, as the metrics and the header X-Cache name it. */
export type CacheResult = "hit" | "shared" | "miss" | "stale";

export interface PageCache {
    /** Undefined where the page is not in this process's memory: then `page` is asked. */
    peek(key: string): Page | undefined;
    /**
     * The page of this key: from memory, from Redis, or rendered once however many ask. What was rendered is kept when
     * its Cache-Control has s-maxage, and told to the caller as it is otherwise. A page that can't be rendered now
     * (status 500 or more) is answered by the last one there was.
     */
    page(
        key: string,
        render: () => Promise<Rendering>,
    ): Promise<{ page: Page; result: CacheResult } | { rendering: Rendering }>;
}

interface Entry {
    readonly version: number | undefined;
    readonly page: Page;
}

const REDIS_SECONDS = 24 * 3600;
/** What takes longer can't be rendered now. */
const RENDER_MILLISECONDS = 10_000;
/** HTTP's own freshness of pages: asked again each time, answered by 304 where the reader has it. */
const TO_READERS = "public, max-age=0, must-revalidate";

export function createPageCache(options: {
    readonly megabytes: number;
    readonly buildId: string;
    readonly version: SiteVersion;
    readonly redis: Redis | undefined;
    readonly log: Log;
    /** For tests. */
    readonly renderMilliseconds?: number;
}): PageCache {
    const { version, redis, log, renderMilliseconds = RENDER_MILLISECONDS } = options;
    const memory = new LRUCache<string, Entry>({
        maxSize: Math.max(1, options.megabytes) * 1024 * 1024,
        sizeCalculation: ({ page }) => page.gzip.length + page.brotli.length + 1_000,
    });
    const rendering = new Map<string, Promise<{ page: Page; result: CacheResult } | { rendering: Rendering }>>();
    const redisKey = (key: string, at: number) => `blog:page:${options.buildId}:${String(at)}:${key}`;

    async function shared(key: string, at: number): Promise<Page | undefined> {
        try {
            const stored = await redis?.getBuffer(redisKey(key, at));
            return stored == null ? undefined : unpack(stored);
        } catch {
            return undefined;
        }
    }

    async function find(
        key: string,
        render: () => Promise<Rendering>,
    ): Promise<{ page: Page; result: CacheResult } | { rendering: Rendering }> {
        // Read before the page is: what is read later is at least as new as the version it is kept under.
        const at = version.current;
        const before = memory.get(key);
        if (before !== undefined && before.version === at) return { page: before.page, result: "hit" };
        const fromRedis = at === undefined ? undefined : await shared(key, at);
        if (fromRedis !== undefined) {
            memory.set(key, { version: at, page: fromRedis });
            return { page: fromRedis, result: "shared" };
        }
        const made = await within(renderMilliseconds, render()).catch((error: unknown): Rendering => {
            if (before === undefined) throw error;
            log.error({ error: messageOf(error), key }, "page not rendered");
            return { status: 500, headers: {}, body: Buffer.alloc(0) };
        });
        if (made.status >= 500 && before !== undefined) return { page: before.page, result: "stale" };
        if (!/\bs-maxage=[1-9]/.test(made.headers["cache-control"] ?? "")) return { rendering: made };
        const page = await ready(made);
        memory.set(key, { version: at, page });
        if (at !== undefined) redis?.set(redisKey(key, at), pack(page), "EX", REDIS_SECONDS).catch(() => undefined);
        return { page, result: "miss" };
    }

    return {
        peek(key) {
            const entry = memory.get(key);
            return entry !== undefined && entry.version === version.current ? entry.page : undefined;
        },
        page(key, render) {
            // Under its version: who asks after a change doesn't get what was asked for before it.
            const flight = `${String(version.current)} ${key}`;
            let under = rendering.get(flight);
            if (under === undefined) {
                under = find(key, render).finally(() => rendering.delete(flight));
                rendering.set(flight, under);
            }
            return under;
        },
    };
}

/** Compresses an answer once, for all who will ask for it. */
export async function ready(made: Rendering): Promise<Page> {
    const [asGzip, asBrotli] = await Promise.all([
        compressGzip(made.body, { level: 6 }),
        compressBrotli(made.body, {
            params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: made.body.length },
        }),
    ]);
    const immutable = /\bimmutable\b/.test(made.headers["cache-control"] ?? "");
    const {
        "content-length": _,
        "transfer-encoding": __,
        connection: ___,
        "keep-alive": ____,
        date: _____,
        ...headers
    } = made.headers;
    return pageOf({
        status: made.status,
        headers: immutable ? headers : { ...headers, "cache-control": TO_READERS },
        etag: `"${createHash("sha256").update(made.body).digest("base64url").slice(0, 22)}"`,
        gzip: asGzip,
        brotli: asBrotli,
    });
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
            reject(new Error(`not rendered in ${String(milliseconds)} ms`));
        }, milliseconds);
    });
    return Promise.race([work, late]).finally(() => {
        clearTimeout(timer);
    });
}

function pageOf(kept: Omit<Page, "identity">): Page {
    return { ...kept, identity: () => decompress(kept.gzip) };
}

function pack(page: Page): Buffer {
    const { status, headers, etag } = page;
    const head = Buffer.from(JSON.stringify({ status, headers, etag, gzip: page.gzip.length }));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(head.length);
    return Buffer.concat([length, head, page.gzip, page.brotli]);
}

function unpack(stored: Buffer): Page | undefined {
    try {
        const end = 4 + stored.readUInt32BE(0);
        const head = JSON.parse(stored.toString("utf8", 4, end)) as Pick<Page, "status" | "headers" | "etag"> & {
            gzip: number;
        };
        const { gzip: size, ...rest } = head;
        return pageOf({ ...rest, gzip: stored.subarray(end, end + size), brotli: stored.subarray(end + size) });
    } catch {
        return undefined;
    }
}
