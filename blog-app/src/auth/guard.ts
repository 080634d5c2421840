import type { NextApiRequest, NextApiResponse } from "next";
import * as z from "zod";

import { adminStrings, type AdminStrings } from "../i18n/admin";
import { bytesOf } from "../i18n/bytes";
import { ApiError, isRefusal } from "../server/api-error";
import { services } from "../server/services";
import type { Session } from "./auth";
import { clientIp } from "./client-ip";
import { fieldMessages } from "./field-messages";

/*
 * What every route of the author's API goes through. A route's file is
 *
 *     export const config = { api: { bodyParser: false } };
 *     export default api({ GET: authorOnly(list), POST: mutation(schema, create) });
 *
 * and a handler returns what is answered as JSON (undefined: 204), or throws an `ApiError`.
 */

const MEGABYTE = 1_000_000;
/** postFields' longest markdown, where each character takes four bytes, and its escapes. */
const JSON_BYTES = 5 * MEGABYTE;
const REQUEST_ID = "x-request-id";

export interface Call<Body, Who> {
    readonly body: Body;
    readonly session: Who;
    readonly query: NextApiRequest["query"];
    readonly ip: string;
    readonly request: NextApiRequest;
    readonly response: NextApiResponse;
}

interface Endpoint {
    run(request: NextApiRequest, response: NextApiResponse): Promise<unknown>;
}
type Handler<Body, Who> = (call: Call<Body, Who>) => unknown;
type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A file of an upload. */
export interface UploadedFile {
    readonly name: string;
    readonly content: Uint8Array;
}

/** Reads, for the author alone. */
export function authorOnly(handler: Handler<undefined, Session>): Endpoint {
    return {
        run: async (request, response) => handler(callOf(request, response, undefined, await wantSession(request))),
    };
}

/** Changes something: for the author alone, asked by this site's own pages, with a body of this schema. */
export function mutation<Schema extends z.ZodType>(
    schema: Schema,
    handler: Handler<z.output<Schema>, Session>,
    options: { readonly bytes?: number } = {},
): Endpoint {
    return {
        run: async (request, response) => {
            wantOwnOrigin(request);
            const session = await wantSession(request);
            const body = await readJson(request, schema, options.bytes ?? JSON_BYTES);
            return handler(callOf(request, response, body, session));
        },
    };
}

/** As `mutation`, without a body. */
export function action(handler: Handler<undefined, Session>): Endpoint {
    return {
        run: async (request, response) => {
            wantOwnOrigin(request);
            return handler(callOf(request, response, undefined, await wantSession(request)));
        },
    };
}

/** As `action`, for any reader of this site's own pages. */
export function readersAction(handler: Handler<undefined, null>): Endpoint {
    return {
        run: async (request, response) => {
            wantOwnOrigin(request);
            return Promise.resolve(handler(callOf(request, response, undefined, null)));
        },
    };
}

/** As `mutation`, with files (multipart/form-data, any field name) in place of JSON. */
export function upload(
    handler: Handler<readonly UploadedFile[], Session>,
    options: { readonly bytes: number },
): Endpoint {
    return {
        run: async (request, response) => {
            wantOwnOrigin(request);
            const session = await wantSession(request);
            return handler(callOf(request, response, await readFiles(request, options.bytes), session));
        },
    };
}

/** For somebody who has no session yet: asked by this site's own pages, with a body of this schema. */
export function withoutSession<Schema extends z.ZodType>(
    schema: Schema,
    handler: Handler<z.output<Schema>, null>,
): Endpoint {
    return {
        run: async (request, response) => {
            wantOwnOrigin(request);
            const body = await readJson(request, schema, 16_000);
            return handler(callOf(request, response, body, null));
        },
    };
}

/** The route of these methods. */
export function api(endpoints: Partial<Record<Method, Endpoint>>) {
    return async (request: NextApiRequest, response: NextApiResponse): Promise<void> => {
        response.setHeader("cache-control", "no-store");
        try {
            const method = request.method === "HEAD" ? "GET" : request.method;
            const endpoint = endpoints[method as Method];
            if (endpoint === undefined) {
                const allow = Object.keys(endpoints).join(", ");
                throw new ApiError(405, words().method(allow), { headers: { allow } });
            }
            const answer = await endpoint.run(request, response);
            if (response.headersSent) return;
            if (answer === undefined) response.status(204).end();
            else response.json(answer);
        } catch (error) {
            refuse(request, response, error);
        }
    };
}

function refuse(request: NextApiRequest, response: NextApiResponse, error: unknown): void {
    const id = String(request.headers[REQUEST_ID] ?? "");
    if (response.headersSent) {
        services().log.error({ id, error: describe(error) }, "api answer cut off");
        response.destroy();
        return;
    }
    // What is left of a body that was not read is not the next request.
    if (!request.complete) response.setHeader("connection", "close");
    if (isRefusal(error)) {
        const { headers = {}, fields, more } = error.details ?? {};
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        response.status(error.status).json({ error: { message: error.message, fields, ...more } });
        return;
    }
    services().log.error({ id, path: request.url?.split("?")[0], error: describe(error) }, "api request failed");
    response.status(500).json({ error: { message: words().internal(id) } });
}

/** An id of a row in an address; throws 404 for anything else, as for a row that is not there. */
export function rowId(value: string | string[] | undefined): number {
    if (typeof value === "string" && /^[1-9]\d{0,9}$/.test(value) && Number(value) <= 0xff_ff_ff_ff)
        return Number(value);
    throw new ApiError(404, words().notFound);
}

function words(): AdminStrings["errors"] {
    return adminStrings(services().env.SITE_LANGUAGE).errors;
}

function callOf<Body, Who>(
    request: NextApiRequest,
    response: NextApiResponse,
    body: Body,
    session: Who,
): Call<Body, Who> {
    const ip = clientIp(request, services().env.TRUSTED_PROXIES);
    return { body, session, query: request.query, ip, request, response };
}

async function wantSession(request: NextApiRequest): Promise<Session> {
    const session = await services().auth.session(request.headers.cookie);
    if (session === null) throw new ApiError(401, words().noSession);
    return session;
}

/** Browsers send Origin with each POST, PUT, PATCH and DELETE; whoever has none is no page of ours. */
function wantOwnOrigin(request: NextApiRequest): void {
    if (request.headers.origin !== new URL(services().env.SITE_URL).origin) {
        throw new ApiError(403, words().foreignOrigin(services().env.SITE_URL));
    }
}

async function readJson<Schema extends z.ZodType>(
    request: NextApiRequest,
    schema: Schema,
    bytes: number,
): Promise<z.output<Schema>> {
    const type = request.headers["content-type"] ?? "";
    if (!/^application\/json\s*(;|$)/i.test(type)) throw new ApiError(415, words().contentType("application/json"));
    const body = await readBody(request, bytes);
    let value: unknown;
    try {
        value = JSON.parse(body.toString("utf8"));
    } catch {
        throw new ApiError(400, words().notJson);
    }
    const result = schema.safeParse(value, { reportInput: true });
    if (result.success) return result.data;
    throw new ApiError(422, words().fields, { fields: fieldMessages(result.error, words()) });
}

async function readFiles(request: NextApiRequest, bytes: number): Promise<UploadedFile[]> {
    const type = request.headers["content-type"] ?? "";
    if (!/^multipart\/form-data\s*;/i.test(type)) throw new ApiError(415, words().contentType("multipart/form-data"));
    const body = await readBody(request, bytes);
    let form: FormData;
    try {
        // A Buffer is the bytes themselves; a copy of them would be as large again.
        form = await new Response(body as Uint8Array<ArrayBuffer>, { headers: { "content-type": type } }).formData();
    } catch {
        throw new ApiError(400, words().notForm);
    }
    const files: UploadedFile[] = [];
    for (const [, value] of form) {
        if (typeof value === "string") continue;
        files.push({ name: value.name, content: new Uint8Array(await value.arrayBuffer()) });
    }
    return files;
}

/** How much of a body that is too large is still read, so that the client hears why: it listens when it has sent it. */
const DISCARDED_BYTES = 64 * MEGABYTE;

async function readBody(request: NextApiRequest, bytes: number): Promise<Buffer> {
    if (request.body !== undefined) throw new Error(`${request.url ?? ""} lacks config.api.bodyParser = false`);
    const chunks: Buffer[] = [];
    let length = 0;
    // Left open at a break: the answer goes out by the same connection.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length <= bytes) chunks.push(chunk);
        else chunks.length = 0;
        if (length > bytes + DISCARDED_BYTES) break;
    }
    if (length <= bytes) return Buffer.concat(chunks);
    throw new ApiError(413, words().tooLarge(bytesOf(bytes)));
}

function describe(error: unknown): string {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
