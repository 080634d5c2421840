import { randomUUID } from "node:crypto";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";

import { openObjectStore, type ObjectStore } from "../../src/images/s3";
import { signHeaders, sha256Hex } from "../../src/images/signature-v4";
import { freshEnvironment } from "../support/app";
import type { Env } from "../../src/server/env";

let env: Env;
let store: ObjectStore;
beforeAll(async () => {
    ({ env } = await freshEnvironment());
    store = openObjectStore(env);
});
afterAll(() => {
    store.close();
});

const body = Buffer.from("a picture, as far as the store knows");
const someKey = () => `uploads/${randomUUID()}`;

describe("objects", () => {
    it("puts, heads, gets, reads and deletes one", async () => {
        const key = someKey();
        await store.put(key, body, "image/png");
        expect(await store.head(key)).toEqual({ bytes: body.length, contentType: "image/png" });
        expect(await store.read(key, 1_000)).toEqual(body);
        const got = await store.get(key);
        expect(got?.bytes).toBe(body.length);
        got?.stream.resume();
        await store.delete(key);
        expect(await store.head(key)).toBeUndefined();
        expect(await store.get(key)).toBeUndefined();
        await store.delete(key);
    });

    it("reads no more than it is told to", async () => {
        const key = someKey();
        await store.put(key, body, "image/png");
        await expect(store.read(key, body.length - 1)).rejects.toThrow(/more than 35 bytes/);
    });

    it("lists all of a prefix, over several pages", async () => {
        const folder = `images/${randomUUID()}`;
        const keys = Array.from({ length: 1_050 }, (_, number) => `${folder}/${String(number).padStart(4, "0")}.webp`);
        for (let at = 0; at < keys.length; at += 30) {
            await Promise.all(keys.slice(at, at + 30).map((key) => store.put(key, body, "image/webp")));
        }
        const listed = [];
        for await (const object of store.list(`${folder}/`)) listed.push(object);
        expect(listed.map(({ key }) => key)).toEqual(keys);
        expect(listed[0]?.bytes).toBe(body.length);
        expect(Math.abs((listed[0]?.modifiedAt.getTime() ?? 0) - Date.now())).toBeLessThan(120_000);
    });

    it("says which request failed and why", async () => {
        const wrong = openObjectStore({ ...env, S3_SECRET_ACCESS_KEY: "another" });
        await expect(wrong.put(someKey(), body, "image/png")).rejects.toThrow(
            /^S3 PUT \/blog\/uploads\/[0-9a-f-]+: 403 SignatureDoesNotMatch/,
        );
        const other = openObjectStore({ ...env, S3_BUCKET: "there-is-none" });
        await expect(other.get(someKey())).rejects.toThrow(/NoSuchBucket/);
        const nowhere = openObjectStore({ ...env, S3_ENDPOINT: "http://127.0.0.1:1" });
        await expect(nowhere.head(someKey())).rejects.toThrow(/S3 HEAD .*ECONNREFUSED/);
        for (const one of [wrong, other, nowhere]) one.close();
    });
});

it("gives up a store that takes the connection and says nothing", async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const silent = openObjectStore({ ...env, S3_ENDPOINT: `http://127.0.0.1:${String(port)}` });
    const started = performance.now();
    await expect(silent.get(someKey())).rejects.toThrow("no answer in 2000 ms");
    expect(performance.now() - started).toBeLessThan(2_500);
    silent.close();
    server.close();
});

describe("defect 5 of the original: anybody could read the bucket", () => {
    it("refuses whoever has no signature", async () => {
        const key = someKey();
        await store.put(key, body, "image/png");
        for (const [method, path] of [
            ["GET", key],
            ["HEAD", key],
            ["DELETE", key],
            ["PUT", key],
            ["GET", "?list-type=2"],
        ] as const) {
            const answer = await fetch(`${env.S3_ENDPOINT}/${env.S3_BUCKET}/${path}`, {
                method,
                ...(method === "PUT" ? { body: "x" } : {}),
            });
            expect(answer.status, `${method} ${path}`).toBe(403);
        }
        expect(await store.read(key, 1_000)).toEqual(body);
    });

    it("refuses another's key", async () => {
        const key = someKey();
        await store.put(key, body, "image/png");
        const url = new URL(`${env.S3_ENDPOINT}/${env.S3_BUCKET}/${key}`);
        const payloadHash = sha256Hex("");
        const { host: _, ...headers } = signHeaders(
            { method: "GET", url, payloadHash, headers: { "x-amz-content-sha256": payloadHash } },
            { accessKeyId: "somebody", secretAccessKey: "else", region: env.S3_REGION },
            new Date(),
        );
        const answer = await fetch(url, { headers });
        // AWS says 403, versitygw 404; either is a refusal, and neither is the object.
        expect([403, 404]).toContain(answer.status);
        expect(await answer.text()).toMatch(/<Code>(InvalidAccessKeyId|XAdminUserNotFound)</);
    });
});

describe("defect 4 of the original: presigned uploads of any size, type and place", () => {
    const put = (url: string, content: Buffer, contentType = "image/png") =>
        fetch(url, { method: "PUT", headers: { "content-type": contentType }, body: new Uint8Array(content) });
    const signed = (now?: Date) => {
        const key = someKey();
        return {
            key,
            url: store.presignPut(key, {
                contentType: "image/png",
                bytes: body.length,
                seconds: 300,
                ...(now && { now }),
            }),
        };
    };

    it("takes exactly what was signed", async () => {
        const { key, url } = signed();
        expect((await put(url, body)).status).toBe(200);
        expect(await store.read(key, 1_000)).toEqual(body);
    });

    it.each([
        ["another type", (url: string) => put(url, body, "text/html")],
        ["no type", (url: string) => fetch(url, { method: "PUT", body: new Uint8Array(body) })],
        ["a longer body", (url: string) => put(url, Buffer.concat([body, body]))],
        ["a shorter body", (url: string) => put(url, body.subarray(1))],
        ["another method", (url: string) => fetch(url)],
        ["another key", (url: string) => put(url.replace("/uploads/", "/images/"), body)],
        ["a signature of another", (url: string) => put(url.replace(/.{8}$/, "00000000"), body)],
        ["a longer time", (url: string) => put(url.replace("X-Amz-Expires=300", "X-Amz-Expires=3600"), body)],
        [
            "other headers than were signed",
            (url: string) => put(url.replace("content-length%3Bcontent-type%3Bhost", "host"), body),
        ],
    ])("refuses %s", async (_, upload) => {
        const { key, url } = signed();
        expect((await upload(url)).status).toBe(403);
        expect(await store.head(key)).toBeUndefined();
    });

    it("refuses it after five minutes", async () => {
        const { key, url } = signed(new Date(Date.now() - 301_000));
        expect((await put(url, body)).status).toBe(403);
        expect(await store.head(key)).toBeUndefined();
    });

    it("is allowed to the browser from another origin", async () => {
        const answer = await fetch(signed().url, {
            method: "OPTIONS",
            headers: {
                origin: "http://localhost:3000",
                "access-control-request-method": "PUT",
                "access-control-request-headers": "content-type",
            },
        });
        expect(answer.ok).toBe(true);
        expect(["*", "http://localhost:3000"]).toContain(answer.headers.get("access-control-allow-origin"));
    });

    it("is signed for where the browser sends it", () => {
        const behind = openObjectStore({ ...env, S3_PUBLIC_ENDPOINT: "https://pictures.example.org" });
        const url = behind.presignPut(someKey(), { contentType: "image/png", bytes: 1, seconds: 300 });
        expect(url).toMatch(/^https:\/\/pictures\.example\.org\/blog\/uploads\//);
        behind.close();
        expect(inject("services").S3_ENDPOINT).not.toContain("example.org");
    });
});
