import type { Readable } from "node:stream";

import type { KnownImage } from "../content/render";

/** Bytes of the largest picture that is taken. */
export const MAX_UPLOAD_BYTES = 20_000_000;

/** The types of pictures that are taken. */
export const UPLOAD_TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/avif"] as const;
export type UploadType = (typeof UPLOAD_TYPES)[number];

/** A picture that readers can see. */
export interface ReadyImage {
    /** UUID, lower case: /images/<id>. */
    readonly id: string;
    /** The file's name as the author's computer had it. */
    readonly name: string;
    /** Of what /images/<id> serves, as re-encoded: image/webp. */
    readonly contentType: string;
    /** Of what /images/<id> serves. */
    readonly bytes: number;
    /** Pixels, upright. */
    readonly width: number;
    readonly height: number;
    /** WebP in base64, at most 1000 characters; null: none. */
    readonly placeholder: string | null;
    /** Widths in pixels for which /images/<id>?w=<width> exists, ascending; the last is the picture's own. */
    readonly widths: readonly number[];
    readonly createdAt: Date;
}

/** Where a picture is used. */
export interface ImageUse {
    readonly postId: number;
    readonly title: string;
    readonly slug: string;
    /** In its text, as its thumbnail, or in what the editor kept and is not saved yet. */
    readonly as: "text" | "thumbnail" | "draft";
    /** The post is in the trash. */
    readonly deleted: boolean;
}

export interface ListedImage extends ReadyImage {
    readonly uses: readonly ImageUse[];
}

/** An upload that the author's browser is to do by itself: `PUT url` with these headers, and exactly the bytes said. */
export interface BegunUpload {
    readonly id: string;
    readonly url: string;
    /** A browser adds Content-Length by itself. */
    readonly headers: Readonly<Record<string, string>>;
    readonly expiresAt: Date;
}

/** What is sent to a reader. */
export interface OpenedImage {
    readonly contentType: string;
    readonly bytes: number;
    readonly etag: string;
    /** Small pictures are whole, large ones stream; a HEAD or a 304 never calls it. */
    readonly body: () => Promise<Buffer | Readable>;
}

/** Why an upload or a picture is refused; `images.ts` of src/i18n has the words. */
export type ImageRefusal =
    | "unknown"
    | "not-uploaded"
    | "type"
    | "size"
    | "size-differs"
    | "type-differs"
    | "not-a-picture"
    | "markup"
    | "pixels"
    | "frames"
    | "damaged"
    | "in-use";

/** The picture is refused; the message says what was found and what is wanted, in the site's language. */
export class ImageError extends Error {
    override name = "ImageError";
    constructor(
        readonly reason: ImageRefusal,
        /** HTTP's. */
        readonly status: 404 | 409 | 413 | 415 | 422,
        message: string,
    ) {
        super(message);
    }
}

/** The pictures: rows in the database, pixels in a private bucket. */
export interface Images {
    /** Throws an `ImageError` for a type or a size that isn't taken. */
    begin(upload: { name: string; contentType: string; bytes: number }): Promise<BegunUpload>;
    /**
     * Checks what was uploaded, re-encodes it in several widths without what the camera wrote into it, and makes it
     * ready; the same again for one that is ready. Throws an `ImageError`; what is refused is removed.
     */
    complete(id: string): Promise<ReadyImage>;
    /**
     * The same for a picture at hand, such as an import's. One that is there under this id is left as it is. Throws an
     * `ImageError`.
     */
    add(content: Uint8Array, options: { id?: string; name: string; createdAt?: Date }): Promise<ReadyImage>;
    /** The picture, or its variant of exactly this width in pixels; undefined where there is none. */
    open(id: string, width?: number): Promise<OpenedImage | undefined>;
    /** Newest first, 24 a page from 1 on; `unused`: only those that no post, thumbnail or kept draft shows. */
    list(options: {
        page: number;
        unused: boolean;
    }): Promise<{ total: number; page: number; pages: number; images: readonly ListedImage[] }>;
    /** Throws an `ImageError`: "unknown", or "in-use" naming the posts. */
    remove(id: string): Promise<void>;
    /** Those of the ids that are ready, for `render` and `preparePost`. */
    known(ids: readonly string[]): Promise<ReadonlyMap<string, KnownImage>>;
    /** Removes uploads that were never completed and objects without a row, when they are older than 24 h. */
    collectOrphans(): Promise<{ uploads: number; objects: number }>;
}
