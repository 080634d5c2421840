import { createHash, createHmac } from "node:crypto";

/**
 * AWS Signature Version 4, by which every S3 store knows who asks: in a header, or in an address that somebody else may
 * use for a while. Own code rather than a package: aws4fetch signs through the browser's Request, which keeps
 * Content-Length to itself and streams no Node stream; the AWS SDK is 27 MB and puts a checksum of the empty body into
 * presigned uploads; and it is one page, held against AWS's published examples by a test.
 */
export interface Credentials {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly region: string;
    /** "s3" when left out. */
    readonly service?: string;
}

export interface SignedRequest {
    readonly method: string;
    readonly url: URL;
    /** Those to be signed besides host, named in any case. */
    readonly headers?: Readonly<Record<string, string>>;
}

/** Of a body whose hash is not known when it is signed. */
const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";
/** AWS's limit. */
const MAX_EXPIRES_SECONDS = 7 * 24 * 3600;
const ALGORITHM = "AWS4-HMAC-SHA256";

export function sha256Hex(content: string | Uint8Array): string {
    return createHash("sha256").update(content).digest("hex");
}

/** The request's headers with x-amz-date and authorization; `payloadHash` is the body's SHA-256 in hex. */
export function signHeaders(
    request: SignedRequest & { readonly payloadHash: string },
    credentials: Credentials,
    now: Date,
): Record<string, string> {
    const time = timestamp(now);
    const headers: Record<string, string> = { ...request.headers, host: request.url.host, "x-amz-date": time };
    const { signedHeaders, canonical } = canonicalRequest({ ...request, headers }, request.payloadHash);
    const { scope, signature } = sign(canonical, credentials, time);
    const authorization = `${ALGORITHM} Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
    return { ...headers, authorization };
}

/**
 * An address that is as good as a signature for so many seconds. Who uses it must send exactly the headers that were
 * signed: with content-length among them, a body of exactly that length.
 */
export function presign(
    request: SignedRequest & { readonly expiresSeconds: number },
    credentials: Credentials,
    now: Date,
): string {
    const { expiresSeconds } = request;
    if (!Number.isInteger(expiresSeconds) || expiresSeconds < 1 || expiresSeconds > MAX_EXPIRES_SECONDS) {
        throw new RangeError(
            `${String(expiresSeconds)} s until a presigned address expires; wanted: 1 to ${String(MAX_EXPIRES_SECONDS)}`,
        );
    }
    const time = timestamp(now);
    const headers: Record<string, string> = { ...request.headers, host: request.url.host };
    const url = new URL(request.url);
    url.searchParams.set("X-Amz-Algorithm", ALGORITHM);
    url.searchParams.set("X-Amz-Credential", `${credentials.accessKeyId}/${scopeOf(credentials, time)}`);
    url.searchParams.set("X-Amz-Date", time);
    url.searchParams.set("X-Amz-Expires", String(expiresSeconds));
    url.searchParams.set("X-Amz-SignedHeaders", signedHeadersOf(headers));
    const { canonical } = canonicalRequest({ ...request, url, headers }, UNSIGNED_PAYLOAD);
    const { signature } = sign(canonical, credentials, time);
    return `${url.origin}${canonicalPath(url)}?${canonicalQuery(url)}&X-Amz-Signature=${signature}`;
}

/** RFC 3986: what is not unreserved is percent-encoded; encodeURIComponent leaves five characters. */
export function encodeRfc3986(text: string): string {
    return encodeURIComponent(text).replace(
        /[!'()*]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
}

function canonicalPath(url: URL): string {
    return url.pathname
        .split("/")
        .map((segment) => encodeRfc3986(decodeURIComponent(segment)))
        .join("/");
}

export function canonicalQuery(url: URL): string {
    return [...url.searchParams]
        .map(([name, value]) => [encodeRfc3986(name), encodeRfc3986(value)] as const)
        .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
        .map(([name, value]) => `${name}=${value}`)
        .join("&");
}

/** By code units, as AWS sorts; localeCompare doesn't. */
function compare(a: string, b: string): number {
    return a < b ? -1 : a > b ? 1 : 0;
}

function signedHeadersOf(headers: Readonly<Record<string, string>>): string {
    return Object.keys(headers)
        .map((name) => name.toLowerCase())
        .sort(compare)
        .join(";");
}

function canonicalRequest(
    { method, url, headers = {} }: SignedRequest,
    payloadHash: string,
): { signedHeaders: string; canonical: string } {
    const lines = Object.entries(headers)
        .map(([name, value]) => [name.toLowerCase(), value.trim().replace(/ +/g, " ")] as const)
        .sort(([a], [b]) => compare(a, b))
        .map(([name, value]) => `${name}:${value}\n`);
    const signedHeaders = signedHeadersOf(headers);
    const canonical = [
        method,
        canonicalPath(url),
        canonicalQuery(url),
        lines.join(""),
        signedHeaders,
        payloadHash,
    ].join("\n");
    return { signedHeaders, canonical };
}

function sign(canonical: string, credentials: Credentials, time: string): { scope: string; signature: string } {
    const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
    const scope = scopeOf(credentials, time);
    const key = scope
        .split("/")
        .reduce<string | Buffer>((key, part) => hmac(key, part), `AWS4${credentials.secretAccessKey}`);
    const text = [ALGORITHM, time, scope, sha256Hex(canonical)].join("\n");
    return { scope, signature: hmac(key, text).toString("hex") };
}

function scopeOf({ region, service = "s3" }: Credentials, time: string): string {
    return `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
}

/** 20130524T000000Z */
function timestamp(now: Date): string {
    return now.toISOString().replace(/[-:]|\.\d{3}/g, "");
}
