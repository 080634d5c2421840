import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import inject from "light-my-request";

import { redirect } from "../reader/redirect";
import { matchesEtag } from "./conditional";
import type { Log } from "./log";
import type { Metrics } from "./metrics";
import type { Page, PageCache, Rendering } from "./page-cache";
import { hasDots, movedTo, originForm, pageAddress, routeOf } from "./routes";
import { contentSecurityPolicy, securityHeaders } from "./security-headers";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface FrontOptions {
    readonly next: Handler;
    /** Files of the build and of public/; left out, Next has them. */
    readonly files?: (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
    /** By the name of their route, those of kind "own". */
    readonly own: Readonly<Record<string, Handler>>;
    readonly cache: PageCache;
    readonly metrics: Metrics;
    readonly log: Log;
    /** The address that readers use. */
    readonly siteUrl: string;
    /** Where the author's browser puts pictures. */
    readonly upload: string;
    readonly development: boolean;
    /** True while the server ends: answers then close their connection. */
    readonly ending: () => boolean;
}

/** Set for Next's pages and the API; what a client sends under the same name never reaches them. */
export const REQUEST_ID = "x-request-id";
export const NONCE = "x-nonce";
/** RFC 9110 wants no body, and with it no encoding, in these. */
const NO_BODY = new Set([204, 304]);

/**
 * What every request meets first: security headers, the cache of ready pages, files, and Next.js behind them. Answers
 * each request exactly once, also where Next throws.
 */
export function createFront(options: FrontOptions): Handler {
    const { next, files, cache, metrics, log, development } = options;
    const always = Object.entries(securityHeaders(options.siteUrl.startsWith("https:")));
    const readersPolicy = contentSecurityPolicy({ development });

    const { host } = new URL(options.siteUrl);

    /** A reader's page as Next renders it for nobody in particular: no header of the request's own, no method but GET. */
    const renderWith = (address: string, id: string) => async (): Promise<Rendering> => {
        const answer = await inject((request, response) => void next(request, response), {
            method: "GET",
            url: address,
            headers: { host, [REQUEST_ID]: id },
        });
        const headers: Record<string, string> = {};
        for (const [name, value] of Object.entries(answer.headers)) {
            if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : String(value);
        }
        return { status: answer.statusCode, headers, body: answer.rawPayload };
    };

    return async (request, response) => {
        const started = performance.now();
        const url = (request.url = originForm(request.url ?? "/"));
        const mark = url.indexOf("?");
        const path = mark === -1 ? url : url.slice(0, mark);
        const route = routeOf(path);
        const method = request.method ?? "GET";
        const reads = method === "GET" || method === "HEAD";
        const id = randomUUID();
        let from: string | undefined;
        response.once("close", () => {
            const seconds = (performance.now() - started) / 1000;
            metrics.request(route.name, method, response.writableFinished ? response.statusCode : 499, seconds);
            const line = {
                id,
                method,
                path,
                route: route.name,
                status: response.statusCode,
                ms: Math.round(seconds * 1e4) / 10,
                cache: from,
            };
            if (from === "hit" || route.kind === "file") log.debug(line, "request");
            else log.info(line, "request");
        });
        for (const [name, value] of always) response.setHeader(name, value);
        if (options.ending()) response.setHeader("connection", "close");
        try {
            if (hasDots(path)) {
                refuse(response, 404, "No such page.");
                return;
            }
            if (!reads && route.kind !== "own" && route.name !== "api" && !development) {
                response.setHeader("allow", "GET, HEAD");
                refuse(response, 405, "Wanted: GET or HEAD.");
                return;
            }
            const moved = reads ? movedTo(path, url.slice(path.length)) : undefined;
            if (moved !== undefined) {
                response.setHeader("content-security-policy", readersPolicy);
                redirect(response, moved);
                return;
            }
            if (route.kind === "page" && !development) {
                const address = pageAddress(path, new URLSearchParams(mark === -1 ? "" : url.slice(mark + 1)), route);
                response.setHeader("content-security-policy", readersPolicy);
                const ready = cache.peek(address);
                if (ready !== undefined) {
                    from = "hit";
                    metrics.page("hit");
                    await sendPage(request, response, ready, from);
                    return;
                }
                const found = await cache.page(address, renderWith(address, id));
                if ("page" in found) {
                    from = found.result;
                    metrics.page(found.result);
                    await sendPage(request, response, found.page, from);
                } else {
                    from = "none";
                    sendRendering(request, response, found.rendering);
                }
                return;
            }
            request.headers[REQUEST_ID] = id;
            response.setHeader(REQUEST_ID, id);
            const own = route.kind === "own" ? options.own[route.name] : undefined;
            if (own !== undefined) {
                await own(request, response);
                return;
            }
            if (route.kind === "file" && files !== undefined) {
                response.setHeader("content-security-policy", readersPolicy);
                files(request, response, () => {
                    refuse(response, 404, "No such file.");
                });
                return;
            }
            const nonce = randomBytes(16).toString("base64");
            request.headers[NONCE] = nonce;
            const upload = route.name === "admin" ? options.upload : undefined;
            response.setHeader("content-security-policy", contentSecurityPolicy({ nonce, upload, development }));
            await next(request, response);
        } catch (error) {
            log.error(
                { id, path, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
                "request failed",
            );
            if (response.headersSent) {
                // Half an answer must not look like a whole one.
                response.destroy();
                return;
            }
            response.setHeader("retry-after", "5");
            refuse(response, 503, `The blog can't answer just now. Request ${id}.`);
        }
    };
}

function refuse(response: ServerResponse, status: 404 | 405 | 503, message: string): void {
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
    response.end(`${message}\n`);
}

async function sendPage(request: IncomingMessage, response: ServerResponse, page: Page, from: string): Promise<void> {
    for (const [name, value] of Object.entries(page.headers)) response.setHeader(name, value);
    response.setHeader("etag", page.etag);
    response.setHeader("vary", "Accept-Encoding");
    response.setHeader("x-cache", from);
    if (page.status === 200 && matchesEtag(request.headers["if-none-match"], page.etag)) {
        response.statusCode = 304;
        response.removeHeader("content-type");
        response.end();
        return;
    }
    response.statusCode = page.status;
    const encoding = encodingOf(request.headers["accept-encoding"]);
    const body = encoding === "br" ? page.brotli : encoding === "gzip" ? page.gzip : await page.identity();
    if (encoding !== undefined) response.setHeader("content-encoding", encoding);
    response.setHeader("content-length", body.length);
    response.end(request.method === "HEAD" || NO_BODY.has(page.status) ? undefined : body);
}

function sendRendering(request: IncomingMessage, response: ServerResponse, rendering: Rendering): void {
    const { "content-length": _, "transfer-encoding": __, connection: ___, ...headers } = rendering.headers;
    response.writeHead(rendering.status, { ...headers, "content-length": rendering.body.length });
    response.end(request.method === "HEAD" ? undefined : rendering.body);
}

/** The best encoding that a client takes; a refusal by q=0 counts. */
export function encodingOf(accept: string | string[] | undefined): "br" | "gzip" | undefined {
    const offers = String(accept ?? "")
        .toLowerCase()
        .split(",");
    const takes = (coding: string) =>
        offers.some((offer) => {
            const [name = "", ...parameters] = offer.split(";").map((part) => part.trim());
            return name === coding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
        });
    return takes("br") ? "br" : takes("gzip") ? "gzip" : undefined;
}
