import { createHash } from "node:crypto";
import { and, eq } from "drizzle-orm";
import type { Redis } from "ioredis";
import { LRUCache } from "lru-cache";

import type { Database } from "../data/database";
import { category, post } from "../data/schema";
import { dateFormats } from "../i18n/dates";
import { loadSharp } from "../images/process";
import { visible } from "../reader/visible";
import { matchesEtag } from "../server/conditional";
import type { Env } from "../server/env";
import type { Handler } from "../server/front";
import { createLimit } from "../server/limit";
import { drawOg, loadFonts, type Fonts, type OgContent } from "./draw";

/** Raised with each change of the drawing: pictures are kept under it. */
const DESIGN = 1;
const REDIS_SECONDS = 7 * 24 * 3600;
const MEMORY_BYTES = 4 * 1024 * 1024;
const PATH = /^\/og\/([^/?]+)\.png(?:\?.*)?$/;

export interface OgPictures {
    /** The PNG of 1200 x 630 pixels for a post that readers see; undefined for any other. */
    find(slug: string): Promise<{ etag: string; png: () => Promise<Buffer> } | undefined>;
}

export function createOgPictures(options: {
    readonly database: Database;
    readonly redis: Redis | undefined;
    readonly env: Pick<Env, "SITE_NAME" | "SITE_LANGUAGE" | "SITE_TIME_ZONE">;
}): OgPictures {
    const { database, redis, env } = options;
    const dates = dateFormats(env.SITE_LANGUAGE, env.SITE_TIME_ZONE);
    const memory = new LRUCache<string, Buffer>({ maxSize: MEMORY_BYTES, sizeCalculation: (png) => png.length });
    const drawing = new Map<string, Promise<Buffer>>();
    const oneByOne = createLimit(1);
    let fonts: Promise<Fonts> | undefined;

    async function draw(content: OgContent): Promise<Buffer> {
        const sharp = await loadSharp();
        fonts ??= loadFonts();
        const svg = drawOg(content, await fonts);
        return sharp(Buffer.from(svg)).png({ palette: true, colours: 64, effort: 7 }).toBuffer();
    }

    async function make(key: string, content: OgContent): Promise<Buffer> {
        const shared = await redis?.getBuffer(key).catch(() => null);
        const png = shared ?? (await oneByOne(() => draw(content)));
        memory.set(key, png);
        if (shared == null) redis?.set(key, png, "EX", REDIS_SECONDS).catch(() => undefined);
        return png;
    }

    return {
        async find(slug) {
            const [row] = await database.query
                .select({ title: post.title, category: category.name, publishedAt: post.publishedAt })
                .from(post)
                .leftJoin(category, eq(category.id, post.categoryId))
                .where(and(eq(post.slug, slug), visible(new Date())));
            if (row === undefined) return undefined;
            const content: OgContent = {
                title: row.title,
                site: env.SITE_NAME,
                category: row.category ?? "",
                date: row.publishedAt === null ? "" : dates.long(row.publishedAt.toISOString()),
            };
            const hash = createHash("sha256")
                .update(JSON.stringify([DESIGN, content]))
                .digest("base64url")
                .slice(0, 22);
            const key = `blog:og:${hash}`;
            return {
                etag: `"${hash}"`,
                png: () => {
                    const kept = memory.get(key);
                    if (kept !== undefined) return Promise.resolve(kept);
                    let under = drawing.get(key);
                    if (under === undefined) {
                        under = make(key, content).finally(() => drawing.delete(key));
                        drawing.set(key, under);
                    }
                    return under;
                },
            };
        },
    };
}

/** GET /og/<slug>.png */
export function serveOg(pictures: OgPictures): Handler {
    return async (request, response) => {
        response.setHeader("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
        response.setHeader("cross-origin-resource-policy", "cross-origin");
        const reads = request.method === "GET" || request.method === "HEAD";
        const slug = slugOf(request.url ?? "");
        const found = reads && slug !== undefined ? await pictures.find(slug) : undefined;
        if (found === undefined) {
            if (!reads) response.setHeader("allow", "GET, HEAD");
            response.writeHead(reads ? 404 : 405, {
                "content-type": "text/plain; charset=utf-8",
                "cache-control": "no-store",
            });
            response.end(reads ? "No such post.\n" : "Wanted: GET or HEAD.\n");
            return;
        }
        // The address stays when the title changes.
        response.setHeader("cache-control", "public, max-age=3600");
        response.setHeader("etag", found.etag);
        if (matchesEtag(request.headers["if-none-match"], found.etag)) {
            response.writeHead(304).end();
            return;
        }
        const png = await found.png();
        response.writeHead(200, { "content-type": "image/png", "content-length": png.length });
        response.end(request.method === "HEAD" ? undefined : png);
    };
}

function slugOf(url: string): string | undefined {
    const encoded = PATH.exec(url)?.[1];
    try {
        return encoded === undefined ? undefined : decodeURIComponent(encoded);
    } catch {
        return undefined;
    }
}
