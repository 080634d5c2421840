import type { Database } from "../../src/data/database";
import type { PostFields } from "../../src/posts/fields";
import { preparePost, writePost } from "../../src/posts/store";

const FIELDS: PostFields = {
    title: "A post",
    slug: "",
    markdown: "Some text.",
    status: "published",
    category: "",
    tags: [],
    thumbnail: null,
    description: "",
    publishedAt: null,
};

/** Writes a post as the author's save does; returns where it is. Pictures in it are missing ones. */
export async function addPost(
    database: Database,
    fields: Partial<PostFields>,
    options: { readonly id?: number; readonly now?: Date } = {},
): Promise<{ id: number; slug: string }> {
    const prepared = await preparePost({ ...FIELDS, ...fields }, { known: () => Promise.resolve(new Map()) });
    return database.change((transaction) => writePost(transaction, prepared, { now: new Date(), ...options }));
}
