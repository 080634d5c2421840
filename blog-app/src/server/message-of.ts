/** What went wrong, in a line: an error's own words, or the cause's where it only says what was attempted. */
export function messageOf(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    // A query that failed says the query; why is in its cause. A connection tried at several addresses has no words.
    if (error.message.startsWith("Failed query:") && error.cause !== undefined) return messageOf(error.cause);
    if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
    return error.message;
}
