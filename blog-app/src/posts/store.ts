import type { Transaction } from "../data/database";
import type { KnownImage, Rendered } from "../content/render";
import type { PostFields } from "./fields";

/** What the store asks of the images. */
export interface KnowsImages {
    known(ids: readonly string[]): Promise<ReadonlyMap<string, KnownImage>>;
}

/** A post as it goes into the tables. */
export interface PreparedPost {
    readonly fields: PostFields;
    readonly rendered: Rendered;
    readonly titleGrams: string;
    readonly textGrams: string;
}

export interface WriteOptions {
    /** The post that is changed; left out: a new one. */
    readonly id?: number;
    /** Left out: now for a new post, as it was for another. */
    readonly createdAt?: Date;
    /** Left out: now. */
    readonly updatedAt?: Date;
    /** Left out: the fields', else as it was, else now when the post is published. */
    readonly publishedAt?: Date | null;
    readonly now: Date;
}

/** The slug that the author asked for is another post's. */
export class SlugTakenError extends Error {
    override name = "SlugTakenError";
    constructor(readonly slug: string) {
        super(`the address ${slug} is another post's`);
    }
}

/** Renders a post; touches no table. */
export function preparePost(_fields: PostFields, _images: KnowsImages): Promise<PreparedPost> {
    return Promise.reject(new Error("the store isn't here yet"));
}

/**
 * Writes a post with all that hangs on it inside the caller's transaction. Throws `SlugTakenError` for a slug that was
 * asked for and is another's; a slug made from the title is made unique.
 */
export function writePost(
    _transaction: Transaction,
    _prepared: PreparedPost,
    _options: WriteOptions,
): Promise<{ id: number; slug: string; revision: number }> {
    return Promise.reject(new Error("the store isn't here yet"));
}
