import type { TocEntry } from "../content/render";
import type { PostFields, PostStatus } from "./fields";

/*
 * What the author's pages and the API are given: plain JSON. Times are ISO 8601 in UTC.
 */

/** Which posts a list shows. */
export type PostFilter = PostStatus | "all" | "trash";

export interface PostListing {
    readonly id: number;
    /** Of what is kept and not saved yet, where the saved one is empty. */
    readonly title: string;
    readonly slug: string;
    readonly status: PostStatus;
    readonly category: string | null;
    readonly updatedAt: string;
    readonly publishedAt: string | null;
    readonly deletedAt: string | null;
    /** The editor keeps something that is not saved. */
    readonly unsaved: boolean;
    readonly views: number;
}

export interface PostList {
    readonly posts: readonly PostListing[];
    readonly page: number;
    readonly pages: number;
    readonly total: number;
    /** How many there are of each, whatever is searched for. */
    readonly counts: Readonly<Record<PostFilter, number>>;
}

/** What an editor must know of its post's state, to tell later whether another editor has changed it. */
export interface EditorStamp {
    readonly revision: number;
    /** When the kept draft that the editor knows was kept; null: it knows of none. */
    readonly draftSavedAt: string | null;
}

export interface EditorPost {
    readonly id: number;
    /** As last saved. */
    readonly fields: PostFields;
    readonly revision: number;
    readonly createdAt: string;
    readonly updatedAt: string;
    readonly deletedAt: string | null;
    /** It has been published before: its address may be known, and a change of it leaves a redirect. */
    readonly wasPublished: boolean;
    /** What an editor held at its last autosave and did not save. */
    readonly draft: { readonly fields: PostFields; readonly savedAt: string } | null;
}

/** What another editor did meanwhile: `error.conflict` of a 409. */
export interface PostConflict {
    readonly kind: "saved" | "draft";
    readonly title: string;
    readonly at: string;
    /** With this stamp, the next save or autosave goes over it; what is saved stays in the revisions. */
    readonly stamp: EditorStamp;
}

export interface RevisionListing {
    readonly revision: number;
    readonly title: string;
    readonly savedAt: string;
    /** Of its markdown. */
    readonly characters: number;
}

export interface Revision {
    readonly revision: number;
    readonly title: string;
    readonly markdown: string;
    readonly savedAt: string;
}

export interface SlugCheck {
    /** As it would be saved. */
    readonly slug: string;
    /** The post that has it, or had it and left a redirect; null: it is free. */
    readonly taken: { readonly id: number; readonly title: string } | null;
}

export interface PreviewPost {
    readonly id: number;
    readonly title: string;
    readonly html: string;
    readonly toc: readonly TocEntry[];
    readonly description: string;
    readonly language: "ko" | "en";
    readonly readingMinutes: number;
    readonly category: { readonly name: string; readonly slug: string } | null;
    readonly tags: readonly { readonly name: string; readonly slug: string }[];
    readonly status: PostStatus;
    /** It shows what an editor keeps and hasn't saved. */
    readonly unsaved: boolean;
    readonly publishedAt: string | null;
    readonly updatedAt: string;
    readonly author: string | null;
}

export interface PreviewLink {
    /** From the root: /preview/<token>. */
    readonly path: string;
    readonly expiresAt: string;
}

/** A category or a tag. */
export interface TermListing {
    readonly id: number;
    readonly name: string;
    readonly slug: string;
    /** Posts of any status; not those in the trash. */
    readonly posts: number;
}
