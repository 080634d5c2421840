import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { matchesEtag } from "../server/conditional";
import type { Handler } from "../server/front";
import type { Log } from "../server/log";
import type { Images, OpenedImage } from "./images";
import { ObjectStoreError } from "./s3";
import { messageOf } from "../server/message-of";

/** Database and store together: a reader's page is not held up by a picture for longer. */
const ANSWER_MILLISECONDS = 3_000;
const PATH = /^\/images\/([0-9a-f-]{36})(?:\?(.*))?$/;

/**
 * GET /images/<uuid>, and with ?w=<pixels> one of its variants. Without Next.js: a picture needs nothing of it, and its
 * part of a request takes longer than all the rest. What a picture's address serves never changes.
 */
export function serveImages(images: Pick<Images, "open">, log: Log): Handler {
    return async (request, response) => {
        // Also where somebody opens it as a page of its own, and whatever a browser takes it for.
        response.setHeader("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
        // Feed readers and other sites show a post's pictures.
        response.setHeader("cross-origin-resource-policy", "cross-origin");
        const { method } = request;
        if (method !== "GET" && method !== "HEAD") {
            response.setHeader("allow", "GET, HEAD");
            refuse(response, 405, "Wanted: GET or HEAD.");
            return;
        }
        const wanted = parse(request.url ?? "");
        if (wanted === undefined) {
            refuse(response, 404, "No such image.");
            return;
        }
        try {
            const { id, width } = wanted;
            const opened = await soon(async () => {
                const found = await images.open(id, width);
                if (found === undefined) return undefined;
                const fresh = matchesEtag(request.headers["if-none-match"], found.etag);
                return { found, fresh, body: fresh || method === "HEAD" ? undefined : await found.body() };
            });
            if (opened === undefined) refuse(response, 404, "No such image.");
            else await send(response, opened);
        } catch (error) {
            failed(request, response, error);
        }
    };

    function failed(request: IncomingMessage, response: ServerResponse, error: unknown): void {
        // Who asked went away.
        if (response.destroyed && !response.headersSent) return;
        const message = messageOf(error);
        if (response.headersSent) {
            log.warn({ path: request.url, error: message }, "image cut off");
            response.destroy();
            return;
        }
        log.error({ path: request.url, error: message }, "image not served");
        if (error instanceof ObjectStoreError && error.code === "NoSuchKey") {
            refuse(response, 404, "No such image.");
            return;
        }
        response.setHeader("retry-after", "5");
        refuse(response, 503, "The image store is out of reach.");
    }
}

/** Undefined for whatever isn't exactly an image's address. */
function parse(url: string): { id: string; width: number | undefined } | undefined {
    const [, id, query] = PATH.exec(url) ?? [];
    if (id === undefined) return undefined;
    const width = new URLSearchParams(query).get("w");
    if (width === null) return { id, width: undefined };
    return /^[1-9]\d{0,4}$/.test(width) ? { id, width: Number(width) } : undefined;
}

async function soon<T>(work: () => Promise<T>): Promise<T> {
    const ended = new AbortController();
    const late = sleep(ANSWER_MILLISECONDS, undefined, { ref: false, signal: ended.signal }).then(() => {
        throw new Error(`no answer in ${String(ANSWER_MILLISECONDS)} ms`);
    });
    late.catch(() => undefined);
    try {
        return await Promise.race([work(), late]);
    } finally {
        ended.abort();
    }
}

async function send(
    response: ServerResponse,
    { found, fresh, body }: { found: OpenedImage; fresh: boolean; body: Buffer | Readable | undefined },
): Promise<void> {
    response.setHeader("cache-control", "public, max-age=31536000, immutable");
    response.setHeader("etag", found.etag);
    if (fresh) {
        response.writeHead(304).end();
        return;
    }
    response.writeHead(200, {
        "content-type": found.contentType,
        "content-length": found.bytes,
        "content-disposition": "inline",
    });
    if (body instanceof Readable) await pipeline(body, response);
    else response.end(body);
}

/** For a short while only: an image that is missing may come. */
function refuse(response: ServerResponse, status: 404 | 405 | 503, message: string): void {
    response.writeHead(status, {
        "content-type": "text/plain; charset=utf-8",
        "cache-control": status === 404 ? "public, max-age=10" : "no-store",
    });
    response.end(`${message}\n`);
}
