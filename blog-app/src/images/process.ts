import type { Metadata, Sharp, SharpOptions } from "sharp";

import type { ImageStrings } from "../i18n/images";
import { detectType, hasMarkup } from "./check";
import { ImageError, type UploadType } from "./refusal";

/** A picture as readers get it: WebP, upright, in sRGB, with nothing of what the camera or an editor wrote into it. */
export interface ProcessedImage {
    /** Pixels. */
    readonly width: number;
    readonly height: number;
    /** WebP in base64, at most 1000 characters. */
    readonly placeholder: string | null;
    /** By width, ascending; the last is the picture in its own size. */
    readonly variants: readonly { readonly width: number; readonly content: Buffer }[];
}

const VARIANT_WIDTHS = [480, 960, 1600] as const;
/** An animation of several widths costs more to make and to keep than it saves. */
const ANIMATION_WIDTHS = [480, 960] as const;
const MEGAPIXELS = 1_000_000;
/** Of one picture: more than any telephone's. */
const MAX_MEGAPIXELS = 50;
/** Of an animation's frames together. */
const MAX_ANIMATION_MEGAPIXELS = 100;
/** The longest side of what is served: no screen shows more, and WebP ends at 16,383. */
const MAX_SIDE = 4096;
/** The encoder's better ways are taken up to here; above it they are slow and want 250 MB instead of 60 for no fewer bytes. */
const FINE_MEGAPIXELS = 4;
/** Drawings and screenshots stay sharp at a few bytes more. */
const LOSSLESS_BONUS = 1.3;
const PLACEHOLDER_CHARACTERS = 1_000;
const SECONDS = 30;

type SharpModule = (input: Buffer, options?: SharpOptions) => Sharp;
let loading: Promise<SharpModule> | undefined;

/** libvips is 20 MB of memory, and most replicas never see an upload. */
export function loadSharp(): Promise<SharpModule> {
    return (loading ??= import("sharp").then(({ default: sharp }) => {
        // One thread a picture: readers are served by the same two cores. No cache: no picture comes twice.
        sharp.concurrency(1);
        sharp.cache(false);
        // Only the readers of what is taken, and of the SVG that this blog draws itself (src/og).
        sharp.block({ operation: ["VipsForeignLoad"] });
        sharp.unblock({
            operation: ["Jpeg", "Png", "Webp", "Nsgif", "Heif", "Svg"].map((name) => `VipsForeignLoad${name}Buffer`),
        });
        return sharp;
    }));
}

/**
 * Checks and re-encodes a picture. `declared`: the type that was announced. Throws an `ImageError` whose message is in
 * the language of `text`.
 */
export async function processImage(
    content: Buffer,
    text: ImageStrings,
    declared?: UploadType,
): Promise<ProcessedImage> {
    const type = detectType(content);
    if (type === undefined) throw new ImageError("not-a-picture", 415, text.notAPicture);
    if (declared !== undefined && declared !== type) {
        throw new ImageError("type-differs", 415, text.typeDiffers(type, declared));
    }
    if (hasMarkup(content)) throw new ImageError("markup", 422, text.markup);
    const sharp = await loadSharp();
    const animates = type === "image/gif" || type === "image/webp";
    const open = (options: SharpOptions = {}) =>
        sharp(content, {
            failOn: "warning",
            // What the head says is checked before anything is decoded; this holds where it lies.
            limitInputPixels: MAX_ANIMATION_MEGAPIXELS * MEGAPIXELS,
            ...options,
        }).timeout({ seconds: SECONDS });
    try {
        // Of the head alone, whatever it says; without a limit, so that it can be told.
        const metadata = await open({ animated: animates, limitInputPixels: false }).metadata();
        const frames = metadata.pages ?? 1;
        const size = { width: metadata.width, height: metadata.pageHeight ?? metadata.height };
        checkPixels(size, animates ? frames : 1, text);
        return animates && frames > 1
            ? await processAnimation(open, metadata, size)
            : await processStill(sharp, open, metadata, type === "image/png" || type === "image/gif");
    } catch (error) {
        if (error instanceof ImageError) throw error;
        throw new ImageError("damaged", 422, text.damaged, { cause: error });
    }
}

type Open = (options?: SharpOptions) => Sharp;
interface Size {
    readonly width: number;
    readonly height: number;
}

function checkPixels({ width, height }: Size, frames: number, text: ImageStrings): void {
    if (width * height > MAX_MEGAPIXELS * MEGAPIXELS) {
        throw new ImageError("pixels", 422, text.pixels(width, height, MAX_MEGAPIXELS));
    }
    if (width * height * frames > MAX_ANIMATION_MEGAPIXELS * MEGAPIXELS) {
        throw new ImageError("frames", 422, text.frames(frames, width, height, MAX_ANIMATION_MEGAPIXELS));
    }
}

async function processStill(
    sharp: SharpModule,
    open: Open,
    metadata: Metadata,
    drawn: boolean,
): Promise<ProcessedImage> {
    // Decoded once and made small before it is turned: turning needs the whole picture in memory.
    const size = served(metadata);
    const lying = await pixels(open().resize(size.width, size.height, { fit: "fill" }));
    const upright = await turn(sharp, lying, metadata.orientation ?? 1);
    const own = { width: upright.info.width, height: upright.info.height };
    const draw = () => sharp(upright.data, { raw: upright.info }).timeout({ seconds: SECONDS });
    const variants = [];
    for (const width of [...VARIANT_WIDTHS.filter((width) => width < own.width), own.width]) {
        const height = Math.max(1, Math.round((own.height * width) / own.width));
        const picture = () => draw().resize(width, height, { fit: "fill" });
        const fine = width * height <= FINE_MEGAPIXELS * MEGAPIXELS;
        const lossy = await picture()
            .webp(fine ? { quality: 85, smartSubsample: true } : { quality: 85, effort: 2 })
            .toBuffer();
        const lossless = drawn && fine ? await picture().webp({ lossless: true, effort: 3 }).toBuffer() : undefined;
        const content = lossless !== undefined && lossless.length <= lossy.length * LOSSLESS_BONUS ? lossless : lossy;
        variants.push({ width, content });
    }
    return { ...own, placeholder: await placeholderOf(draw), variants };
}

interface Pixels {
    readonly data: Buffer;
    readonly info: { readonly width: number; readonly height: number; readonly channels: 1 | 2 | 3 | 4 };
}

async function pixels(picture: Sharp): Promise<Pixels> {
    const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
    return { data, info: { width: info.width, height: info.height, channels: info.channels } };
}

/** EXIF's orientations 1 to 8: first mirrored left to right, then turned clockwise. */
const ORIENTATIONS: readonly (readonly [mirrored: boolean, degrees: number])[] = [
    [false, 0],
    [true, 0],
    [false, 180],
    [true, 180],
    [true, 270],
    [false, 90],
    [true, 90],
    [false, 270],
];

async function turn(sharp: SharpModule, from: Pixels, orientation: number): Promise<Pixels> {
    const [mirrored, degrees] = ORIENTATIONS[orientation - 1] ?? [false, 0];
    // In two steps, so that it is their order here that counts and not sharp's.
    const mirror = mirrored ? await pixels(sharp(from.data, { raw: from.info }).flop()) : from;
    return degrees === 0 ? mirror : pixels(sharp(mirror.data, { raw: mirror.info }).rotate(degrees));
}

async function processAnimation(open: Open, metadata: Metadata, size: Size): Promise<ProcessedImage> {
    const own = served(size);
    const variants = [];
    for (const width of [...ANIMATION_WIDTHS.filter((width) => width < own.width), own.width]) {
        const content = await open({ animated: true })
            .resize({ width })
            .webp({ quality: 80, effort: 2, mixed: metadata.format === "gif", loop: metadata.loop ?? 0 })
            .toBuffer();
        variants.push({ width, content });
    }
    return { ...own, placeholder: await placeholderOf(() => open()), variants };
}

/** The size in which a picture is served: its own, or the largest that is kept. */
function served({ width, height }: Size): Size {
    const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
    return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

async function placeholderOf(draw: () => Sharp): Promise<string | null> {
    for (const [side, quality] of [
        [20, 40],
        [12, 20],
    ] as const) {
        const made = await draw()
            .resize(side, side, { fit: "inside", withoutEnlargement: true })
            .webp({ quality, alphaQuality: quality })
            .toBuffer();
        const base64 = made.toString("base64");
        if (base64.length <= PLACEHOLDER_CHARACTERS) return base64;
    }
    return null;
}
