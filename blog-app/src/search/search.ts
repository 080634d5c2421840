import type { RowDataPacket } from "mysql2/promise";

import type { Database } from "../data/database";
import { LONGEST_QUERY, queryOf } from "./grams";
import { markHtml, snippetHtml } from "./marks";

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
// As readers' pages have it (src/reader/visible.ts).
const VISIBLE = "post.status = 'published' AND post.published_at <= UTC_TIMESTAMP(3) AND post.deleted_at IS NULL";

export function createSearch(database: Pick<Database, "pool">): Search {
    return {
        async find(query, { page, size }) {
            const { boolean, words } = queryOf(query);
            const literal = Array.from(query.trim()).slice(0, LONGEST_QUERY).join("");
            if (literal === "") return { total: 0, results: [] };
            const limit = Math.max(1, Math.min(Math.trunc(size), LARGEST_PAGE));
            const offset = (Math.max(1, Math.trunc(page)) - 1) * limit;
            // The text's grams hold the title's too.
            const [found, inTitle, parameters] =
                boolean === null
                    ? (["post_search.text LIKE ?", "post.title LIKE ?", likeOf(literal)] as const)
                    : ([
                          "MATCH (post_search.text_grams) AGAINST (? IN BOOLEAN MODE)",
                          "MATCH (post_search.title_grams) AGAINST (? IN BOOLEAN MODE)",
                          boolean,
                      ] as const);
            const [rows] = await database.pool.query<RowDataPacket[]>(
                `SELECT post.id, (${inTitle}) > 0 AS in_title, COUNT(*) OVER () AS total
                FROM post_search JOIN post ON post.id = post_search.post_id
                WHERE ${found} AND ${VISIBLE}
                ORDER BY in_title DESC, post.published_at DESC, post.id DESC LIMIT ? OFFSET ?`,
                [parameters, parameters, limit, offset],
            );
            if (rows.length === 0) {
                // Past the last page; the reader is told how many there are all the same.
                return { total: offset === 0 ? 0 : await count(found, parameters), results: [] };
            }
            const ids = rows.map((row) => row.id as number);
            const [posts] = await database.pool.query<RowDataPacket[]>(
                `SELECT post.id, post.slug, post.title, post.published_at, post_search.text
                FROM post JOIN post_search ON post_search.post_id = post.id WHERE post.id IN (?)`,
                [ids],
            );
            const byId = new Map(posts.map((post) => [post.id as number, post]));
            const marked = boolean === null ? [{ text: literal, wholeBeginning: false }] : words;
            return {
                total: Number(rows[0]?.total ?? 0),
                results: ids.flatMap((id) => {
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
                }),
            };
        },
    };

    async function count(found: string, parameter: string): Promise<number> {
        const [rows] = await database.pool.query<RowDataPacket[]>(
            `SELECT COUNT(*) AS total FROM post_search JOIN post ON post.id = post_search.post_id
            WHERE ${found} AND ${VISIBLE}`,
            [parameter],
        );
        return Number(rows[0]?.total ?? 0);
    }
}

function likeOf(text: string): string {
    return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}
