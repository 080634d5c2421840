import type { UploadType } from "./refusal";

/** What a file is by its own first bytes, whatever it is called; undefined: none of the types that are taken. */
export function detectType(content: Uint8Array): UploadType | undefined {
    const bytes = Buffer.from(content.buffer, content.byteOffset, Math.min(content.byteLength, 64));
    const ascii = (start: number, end: number) => bytes.toString("latin1", start, end);
    if (ascii(0, 8) === "\x89PNG\r\n\x1a\n") return "image/png";
    if (ascii(0, 3) === "\xff\xd8\xff") return "image/jpeg";
    if (ascii(0, 6) === "GIF87a" || ascii(0, 6) === "GIF89a") return "image/gif";
    if (ascii(0, 4) === "RIFF" && ascii(8, 12) === "WEBP") return "image/webp";
    if (ascii(4, 8) === "ftyp") {
        // The major brand, four bytes of version, the compatible brands.
        const brands = [ascii(8, 12), ...(ascii(16, Math.min(bytes.readUInt32BE(0), 64)).match(/.{4}/gs) ?? [])];
        if (brands.includes("avif") || brands.includes("avis")) return "image/avif";
    }
    return undefined;
}

/**
 * What no picture has and a web page can't do without; long enough that no 20 MB of compressed pixels have it by
 * chance. A picture's own XML (XMP) has none of them.
 */
const MARKUP =
    /<script[\s>/]|<!doctype\s|<html[\s>]|<iframe[\s>]|<svg\s[^<>]{0,300}xmlns|<foreignobject|<\?php\s|javascript:/i;

/**
 * Whether a file is a web page or a script as well as a picture. What is served is re-encoded and has nothing of it, but
 * nobody uploads such a file without meaning harm, or knowing of it.
 */
export function hasMarkup(content: Uint8Array): boolean {
    return MARKUP.test(Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString("latin1"));
}
