import type { RowDataPacket } from "mysql2/promise";

import type { Database } from "../data/database";
import { LONGEST_QUERY, queryOf, type GramQuery } from "./grams";
import { markHtml, patternOf, snippetHtml } from "./marks";

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
    /**
     * Published posts that hold every word of the query: those with all of it in the title first, then the newest.
     * Page 1 is the first; `size`: results of a page, at most 50. Of the query 64 characters count.
     */
    find(
        query: string,
        options: { page: number; size: number },
    ): Promise<{ total: number; results: readonly SearchResult[] }>;
}

const LARGEST_PAGE = 50;
/**
 * Posts whose text is read to see whether a longer word stands in it whole. Where more have all its pairs, it is so common
 * that one that hasn't makes no difference, and reading them all takes longer than a reader waits.
 */
const MOST_VERIFIED = 300;
// As readers' pages have it (src/reader/visible.ts).
const VISIBLE = "post.status = 'published' AND post.published_at <= UTC_TIMESTAMP(3) AND post.deleted_at IS NULL";

export function createSearch(database: Pick<Database, "pool">): Search {
    return {
        async find(query, { page, size }) {
            const { boolean, words, phrases } = queryOf(query);
            const literal = Array.from(query.trim()).slice(0, LONGEST_QUERY).join("");
            if (literal === "") return { total: 0, results: [] };
            const limit = Math.max(1, Math.min(Math.trunc(size), LARGEST_PAGE));
            const offset = (Math.max(1, Math.trunc(page)) - 1) * limit;
            const [found, parameter] =
                boolean === null
                    ? ["post_search.text LIKE ?", likeOf(literal)]
                    : // The text's grams hold the title's too.
                      ["MATCH (post_search.text_grams) AGAINST (? IN BOOLEAN MODE)", boolean];
            const [rows] = await database.pool.query<RowDataPacket[]>(
                `SELECT post.id, post.title, post.published_at FROM post_search JOIN post ON post.id = post_search.post_id
                WHERE ${found} AND ${VISIBLE}`,
                [parameter],
            );
            const marked = boolean === null ? [{ text: literal, wholeBeginning: false }] : words;
            const whole = phrases.length === 0 || rows.length > MOST_VERIFIED ? rows : await verified(rows, phrases);
            const ranked = rank(whole, marked);
            const shown = ranked.slice(offset, offset + limit);
            return { total: ranked.length, results: shown.length === 0 ? [] : await resultsOf(shown, marked) };
        },
    };

    /** Those in which the phrases stand as they are written. */
    async function verified(rows: readonly RowDataPacket[], phrases: readonly string[]): Promise<RowDataPacket[]> {
        if (rows.length === 0) return [];
        const [whole] = await database.pool.query<RowDataPacket[]>(
            `SELECT post_id FROM post_search WHERE post_id IN (?) AND ${phrases.map(() => "text LIKE ?").join(" AND ")}`,
            [rows.map((row) => row.id as number), ...phrases.map(likeOf)],
        );
        const ids = new Set(whole.map((row) => row.post_id as number));
        return rows.filter((row) => ids.has(row.id as number));
    }

    async function resultsOf(ids: readonly number[], marked: GramQuery["words"]): Promise<SearchResult[]> {
        const [posts] = await database.pool.query<RowDataPacket[]>(
            `SELECT post.id, post.slug, post.title, post.published_at, post_search.text
            FROM post JOIN post_search ON post_search.post_id = post.id WHERE post.id IN (?)`,
            [ids],
        );
        const byId = new Map(posts.map((post) => [post.id as number, post]));
        return ids.flatMap((id) => {
            const post = byId.get(id);
            if (post === undefined) return [];
            const title = post.title as string;
            return {
                slug: post.slug as string,
                title,
                titleHtml: markHtml(title, marked),
                // The text begins with the title's line.
                snippetHtml: snippetHtml((post.text as string).slice(title.length + 1), marked),
                publishedAt: post.published_at as Date,
            };
        });
    }
}

/** Ids: those with every word in the title first, then the newest. */
function rank(rows: readonly RowDataPacket[], words: GramQuery["words"]): number[] {
    const patterns = words.map((word) => patternOf([word]));
    return rows
        .map((row) => ({
            id: row.id as number,
            time: (row.published_at as Date | null)?.getTime() ?? 0,
            inTitle: patterns.every((pattern) => pattern !== undefined && (row.title as string).search(pattern) !== -1),
        }))
        .sort((a, b) => Number(b.inTitle) - Number(a.inTitle) || b.time - a.time || b.id - a.id)
        .map(({ id }) => id);
}

function likeOf(text: string): string {
    return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}
