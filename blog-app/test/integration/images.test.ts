import { randomBytes, randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { eq } from "drizzle-orm";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { openDatabase, type Database } from "../../src/data/database";
import { image, postDraft } from "../../src/data/schema";
import { createImages, type Images } from "../../src/images/images";
import { MAX_UPLOAD_BYTES, type ImageError } from "../../src/images/refusal";
import { uploadKey, variantKey } from "../../src/images/keys";
import { openObjectStore, type ObjectStore } from "../../src/images/s3";
import type { Env } from "../../src/server/env";
import { createLog } from "../../src/server/log";
import { EMPTY_POST } from "../../src/posts/fields";
import { freshEnvironment } from "../support/app";
import { gif, gifBomb, HTML, jpeg, jpegOfTelephone, png, pngBomb, pngWithHtml, SVG } from "../support/pictures";
import { storePost } from "../support/posts";

let env: Env;
let database: Database;
let store: ObjectStore;
let images: Images;
const rerender = vi.fn((_id: string) => Promise.resolve());

beforeAll(async () => {
    ({ env } = await freshEnvironment({ SITE_LANGUAGE: "en" }));
    database = openDatabase(env);
    store = openObjectStore(env);
    images = createImages({ database, env, log: createLog("error"), rerender });
});
afterAll(async () => {
    images.close();
    store.close();
    await database.close();
});

/** As the author's browser does it. */
async function upload(content: Buffer, contentType: string, name = "사진.png"): Promise<string> {
    const begun = await images.begin({ name, contentType, bytes: content.length });
    const answer = await fetch(begun.url, { method: "PUT", headers: begun.headers, body: new Uint8Array(content) });
    expect(answer.status).toBe(200);
    return begun.id;
}

const refusal = (work: Promise<unknown>): Promise<ImageError> =>
    work.then(
        () => {
            throw new Error("was not refused");
        },
        (error: unknown) => error as ImageError,
    );

async function contentOf(id: string, width?: number): Promise<Buffer> {
    const opened = await images.open(id, width);
    if (opened === undefined) throw new Error("no such picture");
    const body = await opened.body();
    const content = body instanceof Readable ? await buffer(body) : body;
    expect(content.length).toBe(opened.bytes);
    return content;
}

const rowOf = async (id: string) => (await database.query.select().from(image).where(eq(image.id, id)))[0];

async function objectsOf(id: string): Promise<string[]> {
    const keys = [];
    for (const prefix of [`uploads/${id}`, `images/${id}/`]) {
        for await (const { key } of store.list(prefix)) keys.push(key);
    }
    return keys;
}

describe("an upload", () => {
    it("becomes WebP in several widths, and the raw file is gone", async () => {
        const id = await upload(await jpeg(2000, 1000), "image/jpeg", "휴가 사진.jpg");
        const ready = await images.complete(id);
        expect(ready).toMatchObject({
            id,
            name: "휴가 사진.jpg",
            contentType: "image/webp",
            width: 2000,
            height: 1000,
            widths: [480, 960, 1600, 2000],
        });
        expect(ready.placeholder).toMatch(/^[A-Za-z0-9+/=]{20,1000}$/);
        expect((await sharp(Buffer.from(ready.placeholder ?? "", "base64")).metadata()).width).toBe(20);
        expect(await objectsOf(id)).toEqual([1600, 2000, 480, 960].map((width) => variantKey(id, width)));
        for (const width of ready.widths) {
            const metadata = await sharp(await contentOf(id, width)).metadata();
            expect(metadata).toMatchObject({ format: "webp", width, height: width / 2 });
        }
        expect(await contentOf(id)).toEqual(await contentOf(id, 2000));
        expect((await images.known([id, randomUUID(), "../x"])).get(id)).toEqual({
            id,
            width: 2000,
            height: 1000,
            placeholder: ready.placeholder,
            widths: [480, 960, 1600, 2000],
        });
    });

    it("never gets larger than it was", async () => {
        const id = await upload(await png(300, 200), "image/png");
        expect((await images.complete(id)).widths).toEqual([300]);
    });

    it("stands upright, and has nothing of what the telephone wrote into it", async () => {
        const raw = await jpegOfTelephone();
        expect((await sharp(raw).metadata()).exif?.toString("latin1")).toContain("Owner of the telephone");
        const id = await upload(raw, "image/jpeg");
        const ready = await images.complete(id);
        expect(ready).toMatchObject({ width: 600, height: 900 });
        for (const width of ready.widths) {
            const content = await contentOf(id, width);
            const metadata = await sharp(content).metadata();
            expect(metadata.exif).toBeUndefined();
            expect(metadata.xmp).toBeUndefined();
            expect(metadata.iptc).toBeUndefined();
            expect(metadata.orientation).toBeUndefined();
            for (const trace of ["Exif", "EXIF", "Owner", "Telephone", "GPS"]) {
                expect(content.toString("latin1")).not.toContain(trace);
            }
        }
    });

    it("is turned as its orientation says, all eight", async () => {
        // A corner of each colour: top left, top right, bottom left, bottom right.
        const corner = (color: string) => ({
            create: { width: 40, height: 30, channels: 3 as const, background: color },
        });
        const places = [
            ["#ff0000", 0, 0],
            ["#00ff00", 40, 0],
            ["#0000ff", 0, 30],
            ["#ffffff", 40, 30],
        ] as const;
        const drawn = sharp({ create: { width: 80, height: 60, channels: 3, background: "#000" } }).composite(
            places.map(([color, left, top]) => ({ input: corner(color), left, top })),
        );
        const plain = await drawn.png().toBuffer();
        for (let orientation = 1; orientation <= 8; orientation++) {
            const raw = await sharp(plain).jpeg({ quality: 100 }).withMetadata({ orientation }).toBuffer();
            const wanted = await sharp(raw).autoOrient().raw().toBuffer({ resolveWithObject: true });
            const { id } = await images.add(raw, { name: "turned.jpg" });
            const got = await sharp(await contentOf(id))
                .raw()
                .toBuffer({ resolveWithObject: true });
            expect([got.info.width, got.info.height]).toEqual([wanted.info.width, wanted.info.height]);
            const at = (from: typeof got, x: number, y: number) =>
                [...from.data.subarray((y * from.info.width + x) * 3, (y * from.info.width + x) * 3 + 3)].map((value) =>
                    Math.round(value / 128),
                );
            for (const x of [10, wanted.info.width - 10]) {
                for (const y of [10, wanted.info.height - 10]) {
                    expect(at(got, x, y), `orientation ${String(orientation)}`).toEqual(at(wanted, x, y));
                }
            }
        }
    });

    it("keeps an animation moving", async () => {
        const id = await upload(await gif(), "image/gif", "moving.gif");
        const ready = await images.complete(id);
        expect(ready).toMatchObject({ width: 640, height: 360, widths: [480, 640] });
        const metadata = await sharp(await contentOf(id, 480), { animated: true }).metadata();
        expect(metadata).toMatchObject({ format: "webp", pages: 2, width: 480, pageHeight: 270, loop: 0 });
        expect(metadata.delay).toEqual([120, 120]);
    });

    it.each(["avif", "webp", "gif", "png", "jpeg"] as const)("may be %s", async (format) => {
        const content = await sharp(await png(64, 48, "#3a7"))
            .toFormat(format)
            .toBuffer();
        const id = await upload(content, `image/${format}`);
        expect(await images.complete(id)).toMatchObject({ width: 64, height: 48, contentType: "image/webp" });
    });

    it("keeps what is transparent", async () => {
        const content = await sharp({ create: { width: 64, height: 64, channels: 4, background: "#0000" } })
            .png()
            .toBuffer();
        const { id } = await images.add(content, { name: "clear.png" });
        const { data } = await sharp(await contentOf(id))
            .raw()
            .toBuffer({ resolveWithObject: true });
        expect(data[3]).toBe(0);
    });

    it("that is completed twice at once is completed once", async () => {
        const id = await upload(await jpeg(700, 500), "image/jpeg");
        const before = rerender.mock.calls.length;
        const other = createImages({ database, env, log: createLog("error") });
        const all = await Promise.all([images.complete(id), images.complete(id), other.complete(id)]);
        other.close();
        expect(all[1]).toEqual(all[0]);
        expect(all[2]).toEqual(all[0]);
        expect(await images.complete(id)).toEqual(all[0]);
        expect(await objectsOf(id)).toEqual([480, 700].map((width) => variantKey(id, width)));
        expect(rerender.mock.calls.length).toBe(before);
    });

    it("makes posts be rendered again that were written before it was there", async () => {
        const id = await upload(await png(), "image/png");
        await storePost(database, { title: "Shows it", markdown: `![](/images/${id})` });
        const version = await database.version();
        await images.complete(id);
        expect(rerender).toHaveBeenCalledWith(id);
        expect(await database.version()).toBeGreaterThan(version);
    });
});

describe("what is refused", () => {
    it.each([
        ["SVG", "image/svg+xml", 100, 415, /image\/svg\+xml.*wanted: a PNG, JPEG, WebP, GIF or AVIF/],
        ["HTML", "text/html", 100, 415, /text\/html/],
        ["no type", "", 100, 415, /unknown/],
        ["too large", "image/png", MAX_UPLOAD_BYTES + 1, 413, /20\.1 MB.*at most 20 MB/],
        ["empty", "image/png", 0, 422, /empty/],
        ["half a byte", "image/png", 1.5, 422, /empty/],
    ])("%s, before it is uploaded", async (_, contentType, bytes, status, message) => {
        const refused = await refusal(images.begin({ name: "x", contentType, bytes }));
        expect(refused.status).toBe(status);
        expect(refused.message).toMatch(message);
    });

    it.each([
        ["SVG called PNG", () => Promise.resolve(SVG), "image/png", "not-a-picture", 415],
        ["HTML called GIF", () => Promise.resolve(HTML), "image/gif", "not-a-picture", 415],
        [
            "HTML that begins as GIF",
            () => Promise.resolve(Buffer.concat([Buffer.from("GIF89a"), HTML])),
            "image/gif",
            "markup",
            422,
        ],
        ["a PNG with a web page in it", pngWithHtml, "image/png", "markup", 422],
        ["a PNG called JPEG", () => png(), "image/jpeg", "type-differs", 415],
        ["a PNG of 30,000 x 30,000 pixels", pngBomb, "image/png", "pixels", 422],
        ["a JPEG cut off", async () => (await jpeg()).subarray(0, 20_000), "image/jpeg", "damaged", 422],
        [
            "a PNG cut off",
            async () => {
                const whole = await jpeg();
                const made = await sharp(whole).png().toBuffer();
                return made.subarray(0, made.length / 2);
            },
            "image/png",
            "damaged",
            422,
        ],
        [
            "a WebP cut off",
            async () => {
                const made = await sharp(await jpeg())
                    .webp()
                    .toBuffer();
                return made.subarray(0, made.length / 2);
            },
            "image/webp",
            "damaged",
            422,
        ],
        [
            "an AVIF cut off",
            async () => {
                const made = await sharp(await png(200, 200))
                    .avif()
                    .toBuffer();
                return made.subarray(0, made.length - 20);
            },
            "image/avif",
            "damaged",
            422,
        ],
        [
            "a head and nothing more",
            () => Promise.resolve(Buffer.from("\x89PNG\r\n\x1a\n", "latin1")),
            "image/png",
            "damaged",
            422,
        ],
        ["an animation of too many pixels", () => gifBomb(), "image/gif", "frames", 422],
    ] as const)("%s, after it was uploaded; nothing of it stays", async (_, make, contentType, reason, status) => {
        const id = await upload(await make(), contentType);
        const refused = await refusal(images.complete(id));
        expect(refused).toMatchObject({ name: "ApiError", reason, status });
        expect(refused.message.length).toBeGreaterThan(20);
        expect(await rowOf(id)).toBeUndefined();
        expect(await objectsOf(id)).toEqual([]);
        expect(await images.open(id)).toBeUndefined();
        expect((await refusal(images.complete(id))).status).toBe(404);
    });

    it("another size than was announced, where a store doesn't hold the browser to it", async () => {
        const content = await png();
        const { id } = await images.begin({ name: "x.png", contentType: "image/png", bytes: content.length - 1 });
        await store.put(uploadKey(id), content, "image/png");
        expect(await refusal(images.complete(id))).toMatchObject({ reason: "size-differs", status: 422 });
        expect(await rowOf(id)).toBeUndefined();
        expect(await objectsOf(id)).toEqual([]);
    });

    it("an upload that did not happen; it may happen still", async () => {
        const content = await png();
        const begun = await images.begin({ name: "x.png", contentType: "image/png", bytes: content.length });
        expect(await refusal(images.complete(begun.id))).toMatchObject({ reason: "not-uploaded", status: 409 });
        await fetch(begun.url, { method: "PUT", headers: begun.headers, body: new Uint8Array(content) });
        expect(await images.complete(begun.id)).toMatchObject({ width: 600 });
    });

    it.each(["", "x", "../../etc/passwd", randomUUID().toUpperCase(), `${randomUUID()}/`, randomUUID()])(
        "the id %j",
        async (id) => {
            expect((await refusal(images.complete(id))).status).toBe(404);
            expect((await refusal(images.remove(id))).status).toBe(404);
            expect(await images.open(id)).toBeUndefined();
        },
    );
});

describe("pictures that are there", () => {
    it("come by import under their own id and time, once", async () => {
        const id = randomUUID();
        const createdAt = new Date("2021-02-03T04:05:06Z");
        const first = await images.add(await png(), { id, name: "old/folder\\imported.png", createdAt });
        expect(first).toMatchObject({ id, name: "imported.png", createdAt });
        const again = await images.add(await jpeg(), { id, name: "another.jpg" });
        expect(again).toEqual(first);
        expect(await refusal(images.add(SVG, { name: "x.svg" }))).toMatchObject({ reason: "not-a-picture" });
    });

    it("open by their own widths only", async () => {
        const { id } = await images.add(await png(), { name: "x.png" });
        expect((await images.open(id, 480))?.contentType).toBe("image/webp");
        expect((await images.open(id, 600))?.etag).toBe((await images.open(id))?.etag);
        for (const width of [1, 479, 481, 960, 0, -480, Number.NaN])
            expect(await images.open(id, width)).toBeUndefined();
    });

    it("stream through where they are too large to be kept", async () => {
        const { id } = await images.add(await png(), { name: "large.png" });
        // As large as its noise would make it, without the time that takes.
        const large = randomBytes(3 * 1024 * 1024);
        await store.put(variantKey(id, 600), large, "image/webp");
        await database.query
            .update(image)
            .set({ variants: [{ width: 600, bytes: large.length }] })
            .where(eq(image.id, id));
        const body = await (await images.open(id))?.body();
        if (!(body instanceof Readable)) throw new Error("kept as a whole");
        expect(await buffer(body)).toEqual(large);
    });

    it("are listed with what shows them, and are removed only when nothing does", async () => {
        const inText = await images.add(await png(), { name: "text.png" });
        const inThumbnail = await images.add(await png(), { name: "thumbnail.png" });
        const inDraft = await images.add(await png(), { name: "draft.png" });
        const nowhere = await images.add(await png(), { name: "nowhere.png" });
        const post = await storePost(database, {
            title: "Post with pictures",
            markdown: `![](/images/${inText.id})`,
            thumbnail: inThumbnail.id,
        });
        await database.query.insert(postDraft).values({
            postId: post.id,
            savedAt: new Date(),
            fields: { ...EMPTY_POST, markdown: `![](/images/${inDraft.id})` },
        });
        const listed = await images.list({ page: 1, unused: false });
        const usesOf = (id: string) =>
            listed.images.find((one) => one.id === id)?.uses.map(({ as, postId }) => [as, postId]);
        expect(usesOf(inText.id)).toEqual([["text", post.id]]);
        expect(usesOf(inThumbnail.id)).toEqual([["thumbnail", post.id]]);
        expect(usesOf(inDraft.id)).toEqual([["draft", post.id]]);
        expect(usesOf(nowhere.id)).toEqual([]);
        const unused = (await images.list({ page: 1, unused: true })).images.map(({ id }) => id);
        expect(unused).toContain(nowhere.id);
        for (const { id } of [inText, inThumbnail, inDraft]) {
            expect(unused).not.toContain(id);
            const refused = await refusal(images.remove(id));
            expect(refused).toMatchObject({ reason: "in-use", status: 409 });
            expect(refused.message).toContain("Post with pictures");
        }
        await contentOf(nowhere.id);
        await images.remove(nowhere.id);
        expect(await images.open(nowhere.id)).toBeUndefined();
        expect(await objectsOf(nowhere.id)).toEqual([]);
    });

    it("page by page", async () => {
        const first = await images.list({ page: 1, unused: false });
        const last = await images.list({ page: 9_999, unused: false });
        expect(first.total).toBeGreaterThan(24);
        expect(first.images).toHaveLength(24);
        expect(last.page).toBe(last.pages);
        expect(last.pages).toBe(Math.ceil(first.total / 24));
        expect(await images.list({ page: Number.NaN, unused: false })).toEqual(first);
    });
});

it("collects what was left behind for a day, and never what a row names", async () => {
    const content = await png();
    const kept = await images.add(content, { name: "kept.png" });
    const young = await images.begin({ name: "young.png", contentType: "image/png", bytes: content.length });
    const old = await upload(content, "image/png");
    await database.query
        .update(image)
        .set({ createdAt: new Date(Date.now() - 25 * 3_600_000) })
        .where(eq(image.id, old));
    const stray = randomUUID();
    await store.put(variantKey(stray, 480), content, "image/webp");
    await store.put(uploadKey(kept.id), content, "image/png");
    await store.put("images/readme.txt", content, "text/plain");

    // The store's clock can't be set: what it has is a day older for this one.
    const later: ObjectStore = {
        ...store,
        async *list(prefix) {
            for await (const object of store.list(prefix)) {
                yield { ...object, modifiedAt: new Date(object.modifiedAt.getTime() - 25 * 3_600_000) };
            }
        },
    };
    const young2 = await upload(content, "image/png");
    expect(await images.collectOrphans()).toEqual({ uploads: 1, objects: 0 });
    const collecting = createImages({ database, env, log: createLog("error"), store: later });
    const { objects } = await collecting.collectOrphans();
    expect(objects).toBeGreaterThanOrEqual(3);
    expect(await rowOf(old)).toBeUndefined();
    expect(await objectsOf(old)).toEqual([]);
    expect(await objectsOf(stray)).toEqual([]);
    expect(await objectsOf(kept.id)).toEqual([480, 600].map((width) => variantKey(kept.id, width)));
    expect(await rowOf(young.id)).toBeDefined();
    expect(await objectsOf(young2)).toEqual([uploadKey(young2)]);
    expect(await store.head("images/readme.txt")).toBeDefined();
    expect(await collecting.collectOrphans()).toEqual({ uploads: 0, objects: 0 });
});

it("goes on serving small pictures that were asked for while the store is away", async () => {
    const { id } = await images.add(await png(), { name: "hot.png" });
    let away = false;
    const flaky: ObjectStore = {
        ...store,
        read: (key, limit) => (away ? Promise.reject(new Error("away")) : store.read(key, limit)),
    };
    const serving = createImages({ database, env, log: createLog("error"), store: flaky });
    const before = await (await serving.open(id))?.body();
    away = true;
    expect(await (await serving.open(id))?.body()).toBe(before);
    await expect((await serving.open(id, 480))?.body()).rejects.toThrow("away");
});
