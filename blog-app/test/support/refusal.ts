import type { ApiError } from "../../src/server/api-error";

/** What this work is refused with; fails where it is not. */
export async function refusal(work: Promise<unknown>): Promise<ApiError> {
    try {
        await work;
    } catch (error) {
        return error as ApiError;
    }
    throw new Error("was not refused");
}
