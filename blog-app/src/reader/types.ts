import type { TocEntry } from "../content/render";

/*
 * What the pages are given: plain JSON. Times are ISO 8601 in UTC.
 */

export interface Term {
    readonly name: string;
    readonly slug: string;
}

export interface CountedTerm extends Term {
    /** Posts that readers see. */
    readonly posts: number;
}

/** A post's own picture, beside it in lists. */
export interface Thumbnail {
    readonly id: string;
    readonly width: number;
    readonly height: number;
    /** Widths in pixels for which /images/<id>?w=<width> exists, ascending. */
    readonly widths: readonly number[];
}

export interface PostLink {
    readonly slug: string;
    readonly title: string;
    readonly publishedAt: string;
    readonly language: "ko" | "en";
}

export interface PostCard extends PostLink {
    readonly description: string;
    readonly readingMinutes: number;
    readonly category: Term | null;
    readonly thumbnail: Thumbnail | null;
}

/** One page of a list; pages count from 1. There is always a first page, however few posts there are. */
export interface PostPage {
    readonly posts: readonly PostCard[];
    readonly page: number;
    readonly pages: number;
    readonly total: number;
}

export interface ReaderPost extends PostCard {
    readonly html: string;
    readonly toc: readonly TocEntry[];
    readonly tags: readonly Term[];
    readonly updatedAt: string;
    readonly views: number;
    readonly author: string | null;
}

export interface PostWithNeighbours {
    readonly post: ReaderPost;
    /** Published before this one. */
    readonly previous: PostLink | null;
    /** Published after this one. */
    readonly next: PostLink | null;
    readonly related: readonly PostCard[];
}

export type PostAnswer =
    | { readonly kind: "post"; readonly found: PostWithNeighbours }
    /** The post has another slug now. `exact`: it had the one that was asked for, letter by letter. */
    | { readonly kind: "moved"; readonly slug: string; readonly exact: boolean };

export interface FeedPost extends PostLink {
    readonly description: string;
    readonly html: string;
    readonly updatedAt: string;
    readonly categories: readonly string[];
}

export interface SitemapEntry {
    readonly path: string;
    readonly updatedAt: string | null;
}
