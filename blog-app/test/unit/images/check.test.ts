import { describe, expect, it } from "vitest";

import { detectType, hasMarkup } from "../../../src/images/check";
import { isImageId, uploadKey, variantKey } from "../../../src/images/keys";
import { parseListing } from "../../../src/images/s3";

const bytes = (...parts: (string | number[])[]) =>
    Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))));
const ftyp = (major: string, ...compatible: string[]) =>
    bytes([0, 0, 0, 16 + 4 * compatible.length], "ftyp", major, [0, 0, 0, 0], ...compatible);

describe("the type by the first bytes", () => {
    it.each([
        ["image/png", bytes("\x89PNG\r\n\x1a\n....")],
        ["image/jpeg", bytes("\xff\xd8\xff\xe0....")],
        ["image/gif", bytes("GIF87a....")],
        ["image/gif", bytes("GIF89a....")],
        ["image/webp", bytes("RIFF....WEBPVP8 ")],
        ["image/avif", ftyp("avif", "mif1")],
        ["image/avif", ftyp("mif1", "miaf", "avif")],
        ["image/avif", ftyp("avis")],
        [undefined, ftyp("heic", "mif1")],
        [undefined, ftyp("isom", "mp42")],
        [undefined, bytes("<svg xmlns='http://www.w3.org/2000/svg'/>")],
        [undefined, bytes("<?xml version='1.0'?><svg/>")],
        [undefined, bytes("\xef\xbb\xbf<svg/>")],
        [undefined, bytes("<!doctype html>")],
        [undefined, bytes("%PDF-1.7")],
        [undefined, bytes("BM....")],
        [undefined, bytes("II*\0....")],
        [undefined, bytes("RIFF....WAVE")],
        [undefined, bytes(" \x89PNG\r\n\x1a\n")],
        [undefined, bytes("\x89PNG")],
        [undefined, bytes("....ftyp")],
        [undefined, bytes()],
    ])("%s", (type, content) => {
        expect(detectType(content)).toBe(type);
    });

    it("is that of the part that was given", () => {
        const whole = bytes("....GIF89a....");
        expect(detectType(whole.subarray(4))).toBe("image/gif");
    });
});

describe("markup inside of a picture", () => {
    it.each([
        "GIF89a/*<script>alert(1)</script>*/",
        "\x89PNG\r\n\x1a\n…<SCRIPT src=//evil.example.org>",
        "<!DOCTYPE html>",
        "<html lang=ko>",
        "<iframe src=x>",
        "<svg width='1' xmlns='http://www.w3.org/2000/svg'>",
        "<?php system(1);",
        "javascript:alert(1)",
    ])("%j", (text) => {
        expect(hasMarkup(bytes("\xff\xd8\xff", text))).toBe(true);
    });

    it.each([
        "plain pixels",
        `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF/></x:xmpmeta>`,
        "<scripted>",
        "a <b> c </html",
        "<svg ",
    ])("isn't %j", (text) => {
        expect(hasMarkup(bytes("\xff\xd8\xff", text))).toBe(false);
    });
});

it("takes nothing but a UUID in lower case for an id", () => {
    const id = "0b54d1f2-6d0c-4a8e-9f5e-1c2d3e4f5a6b";
    expect(isImageId(id)).toBe(true);
    for (const other of ["", id.toUpperCase(), ` ${id}`, `${id}\n`, `../${id}`, id.replaceAll("-", ""), `${id}/480`]) {
        expect(isImageId(other), other).toBe(false);
    }
    expect([uploadKey(id), variantKey(id, 480)]).toEqual([`uploads/${id}`, `images/${id}/480.webp`]);
});

describe("a listing of the bucket", () => {
    const page = (contents: string, end: string) =>
        `<?xml version="1.0"?><ListBucketResult><Name>blog</Name>${contents}${end}</ListBucketResult>`;
    const object = (key: string) =>
        `<Contents><Key>${key}</Key><LastModified>2026-03-01T12:00:00.000Z</LastModified><Size>12</Size></Contents>`;

    it("has its objects and where it goes on", () => {
        expect(
            parseListing(
                page(
                    object("images/a&amp;b&#x41;&#66;&lt;") + object("second"),
                    "<IsTruncated>true</IsTruncated><NextContinuationToken>a/b=&amp;c</NextContinuationToken>",
                ),
            ),
        ).toEqual({
            objects: [
                { key: "images/a&bAB<", bytes: 12, modifiedAt: new Date("2026-03-01T12:00:00Z") },
                { key: "second", bytes: 12, modifiedAt: new Date("2026-03-01T12:00:00Z") },
            ],
            next: "a/b=&c",
        });
    });

    it("ends where it isn't cut off, whatever a key is called", () => {
        expect(parseListing(page("", "<IsTruncated>false</IsTruncated>"))).toEqual({ objects: [], next: undefined });
        expect(
            parseListing(
                page(object("&lt;IsTruncated&gt;true&lt;/IsTruncated&gt;"), "<IsTruncated>false</IsTruncated>"),
            ).next,
        ).toBeUndefined();
    });

    it("isn't guessed at", () => {
        expect(() => parseListing(page("<Contents><Key>a</Key></Contents>", ""))).toThrow(
            /without Key or LastModified/,
        );
    });
});
