import {
    bigint,
    char,
    customType,
    date,
    datetime,
    index,
    int,
    mediumtext,
    mysqlEnum,
    mysqlTable,
    primaryKey,
    smallint,
    text,
    tinyint,
    uniqueIndex,
    varchar,
} from "drizzle-orm/mysql-core";

import { POST_STATUSES, type PostFields } from "../posts/fields";
import type { TocEntry } from "../content/render";

/*
 * The tables as migrations/ make them, for typed queries. A test holds one against the other.
 * Times are UTC, to the millisecond.
 */

const binary = customType<{ data: Buffer; config: { length: number } }>({
    dataType: (config) => `binary(${String(config?.length ?? 1)})`,
});
/** MariaDB has no JSON type of its own and hands JSON back as text. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a column's type is said where it is made
const jsonText = <T>(name: string) =>
    customType<{ data: T; driverData: string }>({
        dataType: () => "longtext",
        toDriver: (value) => JSON.stringify(value),
        fromDriver: (value) => (typeof value === "string" ? JSON.parse(value) : value) as T,
    })(name);
const time = (name: string) => datetime(name, { mode: "date", fsp: 3 });
const id = (name: string) => int(name, { unsigned: true });

export const author = mysqlTable(
    "author",
    {
        id: id("id").autoincrement().primaryKey(),
        email: varchar("email", { length: 254 }).notNull(),
        name: varchar("name", { length: 80 }).notNull(),
        passwordHash: varchar("password_hash", { length: 255 }).notNull(),
        createdAt: time("created_at").notNull(),
        updatedAt: time("updated_at").notNull(),
    },
    (table) => [uniqueIndex("author_email").on(table.email)],
);

export const session = mysqlTable("session", {
    idHash: binary("id_hash", { length: 32 }).primaryKey(),
    authorId: id("author_id").notNull(),
    userAgent: varchar("user_agent", { length: 255 }).notNull(),
    createdAt: time("created_at").notNull(),
    lastSeenAt: time("last_seen_at").notNull(),
    expiresAt: time("expires_at").notNull(),
});

export const category = mysqlTable("category", {
    id: id("id").autoincrement().primaryKey(),
    name: varchar("name", { length: 60 }).notNull(),
    slug: varchar("slug", { length: 120 }).notNull(),
    position: id("position").notNull().default(0),
});

export const tag = mysqlTable("tag", {
    id: id("id").autoincrement().primaryKey(),
    name: varchar("name", { length: 60 }).notNull(),
    slug: varchar("slug", { length: 120 }).notNull(),
});

export interface ImageVariant {
    /** Pixels. */
    readonly width: number;
    readonly bytes: number;
}

export const image = mysqlTable("image", {
    id: char("id", { length: 36 }).primaryKey(),
    state: mysqlEnum("state", ["pending", "ready"]).notNull(),
    name: varchar("name", { length: 255 }).notNull(),
    contentType: varchar("content_type", { length: 40 }).notNull(),
    bytes: id("bytes").notNull(),
    width: id("width"),
    height: id("height"),
    placeholder: varchar("placeholder", { length: 1000 }),
    variants: jsonText<readonly ImageVariant[]>("variants").notNull().default([]),
    createdAt: time("created_at").notNull(),
});

export const post = mysqlTable(
    "post",
    {
        id: id("id").autoincrement().primaryKey(),
        slug: varchar("slug", { length: 200 }).notNull(),
        title: varchar("title", { length: 200 }).notNull(),
        markdown: mediumtext("markdown").notNull(),
        status: mysqlEnum("status", POST_STATUSES).notNull(),
        categoryId: id("category_id"),
        thumbnail: char("thumbnail", { length: 36 }),
        description: varchar("description", { length: 300 }).notNull().default(""),
        createdAt: time("created_at").notNull(),
        updatedAt: time("updated_at").notNull(),
        publishedAt: time("published_at"),
        deletedAt: time("deleted_at"),
        revision: id("revision").notNull().default(1),
        previewGeneration: id("preview_generation").notNull().default(0),
        rendererVersion: id("renderer_version").notNull(),
        html: mediumtext("html").notNull(),
        toc: jsonText<readonly TocEntry[]>("toc").notNull(),
        excerpt: varchar("excerpt", { length: 600 }).notNull(),
        language: char("language", { length: 2 }).$type<"ko" | "en">().notNull(),
        readingMinutes: smallint("reading_minutes", { unsigned: true }).notNull(),
    },
    (table) => [
        uniqueIndex("post_slug").on(table.slug),
        index("post_status_published_at").on(table.status, table.publishedAt),
    ],
);

export const postDraft = mysqlTable("post_draft", {
    postId: id("post_id").primaryKey(),
    fields: jsonText<PostFields>("fields").notNull(),
    savedAt: time("saved_at").notNull(),
});

export const postRevision = mysqlTable("post_revision", {
    id: id("id").autoincrement().primaryKey(),
    postId: id("post_id").notNull(),
    revision: id("revision").notNull(),
    title: varchar("title", { length: 200 }).notNull(),
    markdown: mediumtext("markdown").notNull(),
    savedAt: time("saved_at").notNull(),
});

export const postSearch = mysqlTable("post_search", {
    postId: id("post_id").primaryKey(),
    text: mediumtext("text").notNull(),
    titleGrams: text("title_grams").notNull(),
    textGrams: mediumtext("text_grams").notNull(),
});

export const postTag = mysqlTable(
    "post_tag",
    { postId: id("post_id").notNull(), tagId: id("tag_id").notNull() },
    (table) => [primaryKey({ columns: [table.postId, table.tagId] })],
);

export const postImage = mysqlTable(
    "post_image",
    { postId: id("post_id").notNull(), imageId: char("image_id", { length: 36 }).notNull() },
    (table) => [primaryKey({ columns: [table.postId, table.imageId] })],
);

export const slugRedirect = mysqlTable("slug_redirect", {
    slug: varchar("slug", { length: 200 }).primaryKey(),
    postId: id("post_id").notNull(),
});

export const postView = mysqlTable(
    "post_view",
    {
        postId: id("post_id").notNull(),
        day: date("day", { mode: "string" }).notNull(),
        views: id("views").notNull(),
    },
    (table) => [primaryKey({ columns: [table.postId, table.day] })],
);

export const postViewBatch = mysqlTable("post_view_batch", {
    id: char("id", { length: 36 }).primaryKey(),
    addedAt: time("added_at").notNull(),
});

export const site = mysqlTable("site", {
    id: tinyint("id", { unsigned: true }).primaryKey(),
    version: bigint("version", { mode: "number", unsigned: true }).notNull(),
});
