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

/** By its name: the server's bundle and Next's each have a class of their own. */
export function isApiError(error: unknown): error is ApiError {
    return error instanceof Error && error.name === NAME && "status" in error;
}
