import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

import type { Env } from "../server/env";
import { canonicalQuery, encodeRfc3986, presign, sha256Hex, signHeaders, type Credentials } from "./signature-v4";
import { messageOf } from "../server/message-of";

/** The store didn't answer in time, or answered with an error. */
export class ObjectStoreError extends Error {
    override name = "ObjectStoreError";
    constructor(
        message: string,
        /** HTTP's; undefined: it is out of reach. */
        readonly status?: number,
        /** S3's, such as "NoSuchBucket". */
        readonly code?: string,
    ) {
        super(message);
    }
}

export interface StoredObject {
    readonly key: string;
    readonly bytes: number;
    readonly modifiedAt: Date;
}

/** One private bucket of any S3 store, addressed in path style. */
export interface ObjectStore {
    put(key: string, content: Uint8Array, contentType: string): Promise<void>;
    /** Undefined where there is no such object. Whoever takes the stream reads or destroys it. */
    get(key: string): Promise<{ bytes: number; stream: IncomingMessage } | undefined>;
    /** The whole object; throws an `ObjectStoreError` where it has more bytes than `limit`. */
    read(key: string, limit: number): Promise<Buffer | undefined>;
    head(key: string): Promise<{ bytes: number; contentType: string } | undefined>;
    /** Does nothing where there is no such object. */
    delete(key: string): Promise<void>;
    list(prefix: string): AsyncIterable<StoredObject>;
    /**
     * An address of the public endpoint to which anybody can PUT this object for so many seconds, with exactly this
     * type and length: both are signed, the store refuses others.
     */
    presignPut(key: string, put: { contentType: string; bytes: number; seconds: number; now?: Date }): string;
    close(): void;
}

export type ObjectStoreSettings = Pick<
    Env,
    "S3_ENDPOINT" | "S3_PUBLIC_ENDPOINT" | "S3_REGION" | "S3_BUCKET" | "S3_ACCESS_KEY_ID" | "S3_SECRET_ACCESS_KEY"
>;

/** Until the head of the answer, and between two pieces of its body: a reader waits for it. */
const ANSWER_MILLISECONDS = 2_000;
const PUT_MILLISECONDS = 20_000;
const EMPTY_HASH = sha256Hex("");

export function openObjectStore(env: ObjectStoreSettings): ObjectStore {
    const credentials: Credentials = {
        accessKeyId: env.S3_ACCESS_KEY_ID,
        secretAccessKey: env.S3_SECRET_ACCESS_KEY,
        region: env.S3_REGION,
    };
    const secure = env.S3_ENDPOINT.startsWith("https:");
    const agent = secure
        ? new HttpsAgent({ keepAlive: true, maxSockets: 32 })
        : new HttpAgent({ keepAlive: true, maxSockets: 32 });

    const addressOf = (endpoint: string, key: string) => {
        const path = [env.S3_BUCKET, ...(key === "" ? [] : key.split("/"))].map(encodeRfc3986).join("/");
        return new URL(`/${path}`, endpoint);
    };

    /** The answer's head is there; its body is the caller's. */
    function send(
        method: string,
        url: URL,
        body?: { content: Uint8Array; contentType: string },
        again = true,
    ): Promise<IncomingMessage> {
        const payloadHash = body === undefined ? EMPTY_HASH : sha256Hex(body.content);
        const headers = signHeaders(
            {
                method,
                url,
                payloadHash,
                headers: {
                    "x-amz-content-sha256": payloadHash,
                    ...(body === undefined
                        ? {}
                        : { "content-type": body.contentType, "content-length": String(body.content.byteLength) }),
                },
            },
            credentials,
            new Date(),
        );
        const query = canonicalQuery(url);
        const milliseconds = body === undefined ? ANSWER_MILLISECONDS : PUT_MILLISECONDS;
        return new Promise<IncomingMessage>((resolve, reject) => {
            const outgoing = (secure ? httpsRequest : httpRequest)({
                method,
                agent,
                protocol: url.protocol,
                hostname: url.hostname.replace(/^\[|\]$/g, ""),
                port: url.port,
                path: query === "" ? url.pathname : `${url.pathname}?${query}`,
                headers,
            });
            const late = setTimeout(() => {
                outgoing.destroy(new Error(`no answer in ${String(milliseconds)} ms`));
            }, milliseconds);
            outgoing.on("response", (response) => {
                clearTimeout(late);
                response.setTimeout(milliseconds, () => {
                    response.destroy(new Error(`nothing more came for ${String(milliseconds)} ms`));
                });
                resolve(response);
            });
            outgoing.on("error", (error: NodeJS.ErrnoException) => {
                clearTimeout(late);
                // The store closed a connection that was kept open just as it was used again.
                if (again && outgoing.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE")) {
                    resolve(send(method, url, body, false));
                } else {
                    reject(
                        new ObjectStoreError(`S3 ${method} ${url.pathname}: ${error.message || String(error.code)}`),
                    );
                }
            });
            outgoing.end(body?.content);
        });
    }

    async function refuse(method: string, url: URL, response: IncomingMessage): Promise<never> {
        const status = response.statusCode ?? 0;
        const text = (await collect(response, 64_000).catch(() => Buffer.alloc(0))).toString("utf8");
        const code = /<Code>([^<]+)<\/Code>/.exec(text)?.[1];
        const message = /<Message>([^<]+)<\/Message>/.exec(text)?.[1];
        throw new ObjectStoreError(
            `S3 ${method} ${url.pathname}: ${[String(status), code, message].filter((part) => part !== undefined).join(" ")}`,
            status,
            code,
        );
    }

    const store: ObjectStore = {
        async put(key, content, contentType) {
            const url = addressOf(env.S3_ENDPOINT, key);
            const response = await send("PUT", url, { content, contentType });
            if (response.statusCode !== 200) await refuse("PUT", url, response);
            await collect(response, 64_000);
        },
        async get(key) {
            const url = addressOf(env.S3_ENDPOINT, key);
            const response = await send("GET", url);
            if (await isMissing(response)) return undefined;
            if (response.statusCode !== 200) await refuse("GET", url, response);
            return { bytes: Number(response.headers["content-length"]), stream: response };
        },
        async read(key, limit) {
            const found = await store.get(key);
            if (found === undefined) return undefined;
            return collect(found.stream, limit);
        },
        async head(key) {
            const url = addressOf(env.S3_ENDPOINT, key);
            const response = await send("HEAD", url);
            response.resume();
            if (response.statusCode === 404) return undefined;
            if (response.statusCode !== 200) await refuse("HEAD", url, response);
            return {
                bytes: Number(response.headers["content-length"]),
                contentType: response.headers["content-type"] ?? "",
            };
        },
        async delete(key) {
            const url = addressOf(env.S3_ENDPOINT, key);
            const response = await send("DELETE", url);
            if (await isMissing(response)) return;
            if (response.statusCode !== 204 && response.statusCode !== 200) await refuse("DELETE", url, response);
            response.resume();
        },
        async *list(prefix) {
            let token: string | undefined;
            do {
                const url = addressOf(env.S3_ENDPOINT, "");
                url.searchParams.set("list-type", "2");
                url.searchParams.set("prefix", prefix);
                if (token !== undefined) url.searchParams.set("continuation-token", token);
                const response = await send("GET", url);
                if (response.statusCode !== 200) await refuse("GET", url, response);
                const page = parseListing((await collect(response, 16_000_000)).toString("utf8"));
                yield* page.objects;
                token = page.next;
            } while (token !== undefined);
        },
        presignPut(key, { contentType, bytes, seconds, now = new Date() }) {
            return presign(
                {
                    method: "PUT",
                    url: addressOf(env.S3_PUBLIC_ENDPOINT ?? env.S3_ENDPOINT, key),
                    headers: { "content-type": contentType, "content-length": String(bytes) },
                    expiresSeconds: seconds,
                },
                credentials,
                now,
            );
        },
        close() {
            agent.destroy();
        },
    };
    return store;
}

/** No such object. Any other thing that isn't there, such as the bucket or the key's owner, is the installation's fault. */
async function isMissing(response: IncomingMessage): Promise<boolean> {
    if (response.statusCode !== 404) return false;
    const text = (await collect(response, 64_000)).toString("utf8");
    const code = /<Code>([^<]+)<\/Code>/.exec(text)?.[1];
    if (code !== undefined && code !== "NoSuchKey") throw new ObjectStoreError(`S3: 404 ${code}`, 404, code);
    return true;
}

async function collect(stream: IncomingMessage, limit: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let bytes = 0;
    try {
        for await (const piece of stream as AsyncIterable<Buffer>) {
            bytes += piece.length;
            if (bytes > limit) throw new Error(`more than ${String(limit)} bytes`);
            pieces.push(piece);
        }
    } catch (error) {
        throw new ObjectStoreError(`S3: ${messageOf(error)}`);
    } finally {
        stream.destroy();
    }
    return Buffer.concat(pieces);
}

/** A page of ListObjectsV2's XML, as every S3 store writes it. */
export function parseListing(xml: string): { objects: StoredObject[]; next: string | undefined } {
    const textOf = (from: string, tag: string) => {
        const found = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(from)?.[1];
        return found === undefined ? undefined : unescapeXml(found);
    };
    const objects = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, inner = ""]) => {
        const [key, bytes, modified] = [textOf(inner, "Key"), textOf(inner, "Size"), textOf(inner, "LastModified")];
        if (key === undefined || modified === undefined || Number.isNaN(Date.parse(modified))) {
            throw new ObjectStoreError(`S3: a listing without Key or LastModified: ${inner.slice(0, 200)}`);
        }
        return { key, bytes: Number(bytes), modifiedAt: new Date(modified) };
    });
    const more = textOf(xml.replace(/<Contents>.*<\/Contents>/s, ""), "IsTruncated") === "true";
    return { objects, next: more ? textOf(xml, "NextContinuationToken") : undefined };
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
    return text.replace(
        /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
        (whole, hex?: string, decimal?: string, name?: string) => {
            if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
            if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
            return ENTITIES[name ?? ""] ?? whole;
        },
    );
}
