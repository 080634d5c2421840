import sharp from "sharp";

/** Pictures of the tests' own making. */

export function jpeg(width = 1200, height = 800): Promise<Buffer> {
    return sharp({
        create: {
            width,
            height,
            channels: 3,
            background: "#4a7",
            noise: { type: "gaussian", mean: 128, sigma: 20 },
        },
    })
        .jpeg({ quality: 70 })
        .toBuffer();
}

/** As a telephone makes it: lying on its side, with its place and its owner written into it. */
export function jpegOfTelephone(): Promise<Buffer> {
    return sharp({ create: { width: 900, height: 600, channels: 3, background: "#a47" } })
        .jpeg()
        .withExif({
            IFD0: { Copyright: "Owner of the telephone", Make: "Telephone", Orientation: "6" },
            IFD3: {
                GPSLatitudeRef: "N",
                GPSLatitude: "37/1 33/1 36/1",
                GPSLongitudeRef: "E",
                GPSLongitude: "126/1 58/1 40/1",
            },
        })
        .withMetadata({ orientation: 6 })
        .toBuffer();
}

export function png(width = 600, height = 400, background = "#fff"): Promise<Buffer> {
    return sharp({ create: { width, height, channels: 3, background } })
        .png()
        .toBuffer();
}

/** Two frames. */
export function gif(width = 640, height = 360, frames = 2): Promise<Buffer> {
    const pixels = Buffer.alloc(width * height * frames * 3);
    for (let frame = 0; frame < frames; frame++) {
        pixels.fill(40 + frame * 30, frame * width * height * 3, (frame + 1) * width * height * 3);
    }
    return sharp(pixels, { raw: { width, height: height * frames, channels: 3, pageHeight: height } })
        .gif({ delay: Array<number>(frames).fill(120), loop: 0 })
        .toBuffer();
}

export const SVG = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><script>alert(1)</script></svg>`,
);
export const HTML = Buffer.from("<!doctype html><script>alert(document.cookie)</script>");

/** A picture that a browser would run as a page, were it served as one. */
export async function pngWithHtml(): Promise<Buffer> {
    return Buffer.concat([await png(), HTML]);
}

/** A few hundred bytes that say they are 30,000 x 30,000 pixels. */
export async function pngBomb(): Promise<Buffer> {
    const small = await png(8, 8);
    const bomb = Buffer.from(small);
    bomb.writeUInt32BE(30_000, 16);
    bomb.writeUInt32BE(30_000, 20);
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
    return bomb;
}

/** 26 small frames on a canvas that says it is 2,000 x 2,000 pixels: 104 million in all. Above 2,048 it isn't believed. */
export async function gifBomb(): Promise<Buffer> {
    const bomb = await gif(8, 8, 26);
    bomb.writeUInt16LE(2_000, 6);
    bomb.writeUInt16LE(2_000, 8);
    return bomb;
}

/** PNG's own checksum; zlib's is in Node only since 22.2. */
function crc32(content: Uint8Array): number {
    let crc = 0xffffffff;
    for (const byte of content) {
        crc ^= byte;
        for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return (crc ^ 0xffffffff) >>> 0;
}
