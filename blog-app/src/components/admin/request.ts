import type { PostConflict } from "../../posts/types";

/** The API refused, or wasn't reached. */
export class RequestError extends Error {
    override name = "RequestError";
    constructor(
        /** HTTP's; 0: no answer. */
        readonly status: number,
        message: string,
        readonly fields: Readonly<Record<string, string>> = {},
        readonly conflict?: PostConflict,
    ) {
        super(message);
    }
}

export interface RequestWords {
    readonly offline: string;
    readonly unexpected: string;
}

/** Asks the API; `body` goes as JSON, or as it is where it is a form. Throws a `RequestError`. */
export async function request<Answer = undefined>(
    words: RequestWords,
    method: "GET" | "POST" | "PUT" | "DELETE",
    path: string,
    body?: unknown,
    signal?: AbortSignal,
): Promise<Answer> {
    const json = body !== undefined && !(body instanceof FormData);
    let response: Response;
    try {
        response = await fetch(path, {
            method,
            credentials: "same-origin",
            headers: json ? { "content-type": "application/json" } : {},
            body: json ? JSON.stringify(body) : body instanceof FormData ? body : null,
            signal: signal ?? null,
        });
    } catch (error) {
        if (signal?.aborted === true) throw error;
        throw new RequestError(0, words.offline);
    }
    if (response.status === 204) return undefined as Answer;
    let answer: unknown;
    try {
        answer = await response.json();
    } catch {
        // A proxy's page, or an answer that was cut off.
        throw new RequestError(response.status, words.unexpected);
    }
    if (response.ok) return answer as Answer;
    const { error } = answer as {
        error?: { message?: string; fields?: Record<string, string>; conflict?: PostConflict };
    };
    throw new RequestError(response.status, error?.message ?? words.unexpected, error?.fields, error?.conflict);
}
