const NAME = "ApiError";

/** What a refusal says besides its message. */
export interface ApiErrorDetails {
    /** Messages beside the fields of a form, by the field's path: "title", "tags.0". */
    readonly fields?: Readonly<Record<string, string>>;
    /** Further members of `error` in the answer, such as what a conflict is with. */
    readonly more?: Readonly<Record<string, unknown>>;
    readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A refusal that is told to the client: its message is in the site's language and holds nothing internal. Services
 * throw it, and the API's guard makes an answer of it.
 */
export class ApiError extends Error {
    override name = NAME;
    constructor(
        readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 503,
        message: string,
        readonly details: ApiErrorDetails = {},
    ) {
        super(message);
    }
}

const REFUSALS: readonly string[] = [NAME, "ImageError"];

/** An error whose message is for the client, an `ApiError` or an `ImageError`. By its name: each bundle has a class of its own. */
export function isRefusal(
    error: unknown,
): error is Error & { readonly status: number; readonly details?: ApiErrorDetails } {
    return error instanceof Error && REFUSALS.includes(error.name) && "status" in error;
}
