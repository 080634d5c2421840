import type { KnownImage } from "../../src/content/render";
import type { Database } from "../../src/data/database";
import { EMPTY_POST, type PostFields } from "../../src/posts/fields";
import { preparePost, writePost, type KnowsImages, type WriteOptions } from "../../src/posts/store";

export const fieldsOf = (fields: Partial<PostFields>): PostFields => ({
    ...EMPTY_POST,
    title: "A post",
    status: "published",
    ...fields,
});

/** Images of which these are there. */
export const imagesOf = (...images: readonly KnownImage[]): KnowsImages => ({
    known: (ids) =>
        Promise.resolve(new Map(images.filter(({ id }) => ids.includes(id)).map((image) => [image.id, image]))),
});

/** A post in the tables, as a save makes it. */
export async function storePost(
    database: Database,
    fields: Partial<PostFields>,
    options: Partial<WriteOptions> = {},
    images: KnowsImages = imagesOf(),
): Promise<{ id: number; slug: string; revision: number }> {
    const prepared = await preparePost(fieldsOf(fields), images);
    return database.change((transaction) => writePost(transaction, prepared, { now: new Date(), ...options }));
}
