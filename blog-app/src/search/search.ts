import type { Database } from "../data/database";

export interface SearchResult {
    readonly slug: string;
    readonly title: string;
    /** Escaped; what matches is in <mark>. */
    readonly titleHtml: string;
    /** Escaped text around the first match, what matches in <mark>. */
    readonly snippetHtml: string;
    readonly publishedAt: Date;
}

export interface Search {
    /** Published posts that hold every word of the query, the best first. Page 1 is the first; size: results of a page. */
    find(
        query: string,
        options: { page: number; size: number },
    ): Promise<{ total: number; results: readonly SearchResult[] }>;
}

export function createSearch(_database: Database): Search {
    return { find: () => Promise.resolve({ total: 0, results: [] }) };
}
