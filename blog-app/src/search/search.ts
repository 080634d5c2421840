import { and, eq, inArray, sql, type SQL } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import type { RowDataPacket } from "mysql2/promise";

import { contains } from "../data/contains";
import type { Database } from "../data/database";
import { post, postSearch } from "../data/schema";
import { visible } from "../reader/visible";
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
const MOST_VERIFIED = 100;
/** Queries whose results are remembered while the site doesn't change: the next page asks for the same ones. */
const REMEMBERED = 200;

export function createSearch(database: Pick<Database, "pool" | "query" | "version">): Search {
    const remembered = new LRUCache<string, readonly number[]>({ max: REMEMBERED });
    let known: { readonly version: number; readonly posts: Promise<ReadonlyMap<number, FoundPost>> } | undefined;
    return {
        async find(query, { page, size }) {
            const literal = Array.from(query.trim()).slice(0, LONGEST_QUERY).join("");
            if (literal === "") return { total: 0, results: [] };
            const parts = queryOf(literal);
            const marked = parts.boolean === null ? [{ text: literal, wholeBeginning: false }] : parts.words;
            const version = await database.version();
            const key = `${version} ${literal}`;
            const ranked = remembered.get(key) ?? (await rankedIds(parts, literal, marked, version));
            remembered.set(key, ranked);
            const limit = Math.max(1, Math.min(Math.trunc(size), LARGEST_PAGE));
            const offset = (Math.max(1, Math.trunc(page)) - 1) * limit;
            const shown = ranked.slice(offset, offset + limit);
            return { total: ranked.length, results: shown.length === 0 ? [] : await resultsOf(shown, marked) };
        },
    };

    async function rankedIds(
        { boolean, phrases }: GramQuery,
        literal: string,
        marked: GramQuery["words"],
        version: number,
    ): Promise<readonly number[]> {
        const found =
            boolean === null
                ? contains(postSearch.text, literal)
                : // The text's grams hold the title's too.
                  sql`MATCH (${postSearch.textGrams}) AGAINST (${boolean} IN BOOLEAN MODE)`;
        // Without a join, which for a common word costs as much again as the index does.
        const [matches, posts] = await Promise.all([idsWhere(found), visiblePosts(version)]);
        const rows = matches.flatMap((id) => posts.get(id) ?? []);
        return rank(phrases.length === 0 || rows.length > MOST_VERIFIED ? rows : await verified(rows, phrases), marked);
    }

    /** Read as bare rows: there may be as many as there are posts, and an object for each takes longer than the index. */
    async function idsWhere(found: SQL | undefined): Promise<number[]> {
        const query = database.query.select({ id: postSearch.postId }).from(postSearch).where(found).toSQL();
        const options = { sql: query.sql, rowsAsArray: true };
        const [rows] = await database.pool.query<RowDataPacket[][]>(options, query.params);
        return rows.map(([id]) => id as unknown as number);
    }

    /** What readers may see, read once for each version of the site. */
    function visiblePosts(version: number): Promise<ReadonlyMap<number, FoundPost>> {
        if (known?.version !== version) {
            const posts = database.query
                .select({ id: post.id, title: post.title, publishedAt: post.publishedAt })
                .from(post)
                .where(visible(new Date()))
                .then((rows) => new Map(rows.map((row) => [row.id, row])));
            known = { version, posts };
            posts.catch(() => (known = undefined));
        }
        return known.posts;
    }

    /** Those in which the phrases stand as they are written. */
    async function verified(rows: readonly FoundPost[], phrases: readonly string[]): Promise<readonly FoundPost[]> {
        if (rows.length === 0) return [];
        const ids = rows.map(({ id }) => id);
        const whole = await database.query
            .select({ id: postSearch.postId })
            .from(postSearch)
            .where(and(inArray(postSearch.postId, ids), ...phrases.map((phrase) => contains(postSearch.text, phrase))));
        const kept = new Set(whole.map(({ id }) => id));
        return rows.filter(({ id }) => kept.has(id));
    }

    async function resultsOf(ids: readonly number[], marked: GramQuery["words"]): Promise<SearchResult[]> {
        const posts = await database.query
            .select({
                ...{ id: post.id, slug: post.slug, title: post.title, publishedAt: post.publishedAt },
                text: postSearch.text,
            })
            .from(post)
            .innerJoin(postSearch, eq(postSearch.postId, post.id))
            // Again: one may have been taken back since its id was remembered.
            .where(and(inArray(post.id, [...ids]), visible(new Date())));
        const byId = new Map(posts.map((one) => [one.id, one]));
        return ids.flatMap((id) => {
            const found = byId.get(id);
            if (found?.publishedAt == null) return [];
            const { slug, title, text, publishedAt } = found;
            return {
                slug,
                title,
                titleHtml: markHtml(title, marked),
                // The text begins with the title's line.
                snippetHtml: snippetHtml(text.slice(title.length + 1), marked),
                publishedAt,
            };
        });
    }
}

interface FoundPost {
    readonly id: number;
    readonly title: string;
    readonly publishedAt: Date | null;
}

/** Ids: those with every word in the title first, then the newest. */
function rank(rows: readonly FoundPost[], words: GramQuery["words"]): number[] {
    const patterns = words.map((word) => patternOf([word]));
    return rows
        .map(({ id, title, publishedAt }) => ({
            id,
            time: publishedAt?.getTime() ?? 0,
            inTitle: patterns.every((pattern) => pattern !== undefined && title.search(pattern) !== -1),
        }))
        .sort((a, b) => Number(b.inTitle) - Number(a.inTitle) || b.time - a.time || b.id - a.id)
        .map(({ id }) => id);
}
