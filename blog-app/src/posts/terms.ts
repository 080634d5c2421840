import { and, asc, count, eq, inArray, isNull, max, ne, notInArray, or, sql } from "drizzle-orm";

import { slugOf } from "../content/slug";
import type { Database, Transaction } from "../data/database";
import { category, post, postTag, tag } from "../data/schema";
import type { AdminStrings } from "../i18n/admin";
import { ApiError } from "../server/api-error";
import type { TermListing } from "./types";

/** Categories, one a post, and tags, several. What is wrong with a name is an `ApiError` of 422 beside `name`. */
export interface Terms {
    readonly categories: {
        /** In the author's order. */
        list(): Promise<readonly TermListing[]>;
        create(name: string): Promise<TermListing>;
        /** Its address changes with it. */
        rename(id: number, name: string): Promise<void>;
        /** Puts them in this order; all of them are named, once. Throws 422. */
        order(ids: readonly number[]): Promise<void>;
        /** Removes it; its posts go to another, or to none. */
        remove(id: number, into: number | null): Promise<void>;
    };
    readonly tags: {
        /** By name. */
        list(): Promise<readonly TermListing[]>;
        /** To a name that another tag has: the two become one. */
        rename(id: number, name: string): Promise<void>;
        remove(id: number): Promise<void>;
        /** Removes those that no post has, in the trash or not. Returns how many. */
        removeUnused(): Promise<number>;
    };
}

export function createTerms(database: Database, words: AdminStrings["errors"]): Terms {
    const { query } = database;
    const notFound = () => new ApiError(404, words.notFound);
    const badName = (message: string) => new ApiError(422, words.fields, { fields: { name: message } });

    const named = (given: string) => {
        const name = given.trim();
        const slug = slugOf(name);
        if (slug === "") throw badName(words.termNameWanted(name));
        return { name, slug };
    };
    const refuseTaken = async (
        tx: Transaction,
        table: typeof category,
        given: { name: string; slug: string },
        except: number,
    ) => {
        const [taken] = await tx
            .select({ name: table.name })
            .from(table)
            .where(and(or(eq(table.name, given.name), eq(table.slug, given.slug)), ne(table.id, except)));
        if (taken !== undefined) throw badName(words.termTaken(taken.name));
    };

    return {
        categories: {
            list: () =>
                query
                    .select({ id: category.id, name: category.name, slug: category.slug, posts: count(post.id) })
                    .from(category)
                    .leftJoin(post, and(eq(post.categoryId, category.id), isNull(post.deletedAt)))
                    .groupBy(category.id)
                    .orderBy(asc(category.position), asc(category.name)),

            create: (name) =>
                database.change(async (tx) => {
                    const term = named(name);
                    await refuseTaken(tx, category, term, 0);
                    const [last] = await tx.select({ position: max(category.position) }).from(category);
                    const [result] = await tx
                        .insert(category)
                        .values({ ...term, position: (last?.position ?? -1) + 1 });
                    return { id: result.insertId, ...term, posts: 0 };
                }),

            rename: (id, name) =>
                database.change(async (tx) => {
                    const term = named(name);
                    await wantRow(tx, category, id);
                    await refuseTaken(tx, category, term, id);
                    await tx.update(category).set(term).where(eq(category.id, id));
                }),

            order: (ids) =>
                database.change(async (tx) => {
                    const rows = await tx.select({ id: category.id }).from(category).for("update");
                    const known = new Set(rows.map((row) => row.id));
                    if (
                        new Set(ids).size !== ids.length ||
                        ids.length !== known.size ||
                        !ids.every((id) => known.has(id))
                    )
                        throw new ApiError(422, words.fields, { fields: { ids: words.orderWanted } });
                    for (const [position, id] of ids.entries()) {
                        await tx.update(category).set({ position }).where(eq(category.id, id));
                    }
                }),

            remove: (id, into) =>
                database.change(async (tx) => {
                    await wantRow(tx, category, id);
                    if (into === id) throw new ApiError(422, words.fields, { fields: { into: words.otherWanted } });
                    if (into !== null) {
                        const [target] = await tx.select().from(category).where(eq(category.id, into));
                        if (target === undefined)
                            throw new ApiError(422, words.fields, { fields: { into: words.notFound } });
                    }
                    await tx.update(post).set({ categoryId: into }).where(eq(post.categoryId, id));
                    await tx.delete(category).where(eq(category.id, id));
                }),
        },

        tags: {
            list: () =>
                query
                    .select({ id: tag.id, name: tag.name, slug: tag.slug, posts: count(post.id) })
                    .from(tag)
                    .leftJoin(postTag, eq(postTag.tagId, tag.id))
                    .leftJoin(post, and(eq(post.id, postTag.postId), isNull(post.deletedAt)))
                    .groupBy(tag.id)
                    .orderBy(asc(tag.name)),

            rename: (id, name) =>
                database.change(async (tx) => {
                    const term = named(name);
                    await wantRow(tx, tag, id);
                    const [other] = await tx
                        .select({ id: tag.id })
                        .from(tag)
                        .where(and(or(eq(tag.name, term.name), eq(tag.slug, term.slug)), ne(tag.id, id)));
                    if (other === undefined) {
                        await tx.update(tag).set(term).where(eq(tag.id, id));
                        return;
                    }
                    await tx.execute(
                        sql`INSERT IGNORE INTO ${postTag} (post_id, tag_id) SELECT post_id, ${other.id} FROM ${postTag} WHERE tag_id = ${id}`,
                    );
                    await tx.delete(tag).where(eq(tag.id, id));
                }),

            remove: (id) =>
                database.change(async (tx) => {
                    const [result] = await tx.delete(tag).where(eq(tag.id, id));
                    if (result.affectedRows === 0) throw notFound();
                }),

            removeUnused: () =>
                database.change(async (tx) => {
                    const used = tx.select({ id: postTag.tagId }).from(postTag);
                    const [result] = await tx.delete(tag).where(notInArray(tag.id, used));
                    return result.affectedRows;
                }),
        },
    };

    async function wantRow(tx: Transaction, table: typeof category | typeof tag, id: number): Promise<void> {
        const [row] = await tx
            .select({ id: table.id })
            .from(table)
            .where(inArray(table.id, [id]))
            .for("update");
        if (row === undefined) throw notFound();
    }
}
