import { ApiError } from "../server/api-error";

/** Bytes of the largest picture that is taken. */
export const MAX_UPLOAD_BYTES = 20_000_000;

/** The types of pictures that are taken. */
export const UPLOAD_TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/avif"] as const;
export type UploadType = (typeof UPLOAD_TYPES)[number];

/** Why an upload or a picture is refused. */
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
export class ImageError extends ApiError {
    constructor(
        readonly reason: ImageRefusal,
        status: 404 | 409 | 413 | 415 | 422,
        message: string,
        options: { readonly cause?: unknown } = {},
    ) {
        super(status, message, { more: { reason } });
        this.cause = options.cause;
    }
}
