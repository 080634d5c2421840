import * as z from "zod";

/** draft: not done. private: for the author alone. scheduled: published when its time comes. published: for readers. */
export const POST_STATUSES = ["draft", "private", "scheduled", "published"] as const;
export type PostStatus = (typeof POST_STATUSES)[number];

/** Characters of a post. */
export const MARKDOWN_MAXIMUM = 1_000_000;

/** What the author edits of a post: the body of the editor's requests, and what an autosave keeps. */
export const postFields = z.strictObject({
    title: z.string().trim().max(200),
    /** Empty: made from the title when the post is saved. */
    slug: z.string().trim().max(200),
    markdown: z.string().max(MARKDOWN_MAXIMUM),
    status: z.enum(POST_STATUSES),
    /** A category's name; made when it is not there yet. Empty: none. */
    category: z.string().trim().max(60),
    /** Names; made when they are not there yet. */
    tags: z.array(z.string().trim().min(1).max(60)).max(20),
    /** An image's id; null: none. */
    thumbnail: z.uuid().nullable(),
    description: z.string().trim().max(300),
    /** Wanted for "scheduled" (in the future); kept for "published"; ISO 8601. */
    publishedAt: z.iso.datetime({ offset: true }).nullable(),
});
export type PostFields = z.infer<typeof postFields>;

/** A post of which nothing has been written. */
export const EMPTY_POST: PostFields = {
    title: "",
    slug: "",
    markdown: "",
    status: "draft",
    category: "",
    tags: [],
    thumbnail: null,
    description: "",
    publishedAt: null,
};
