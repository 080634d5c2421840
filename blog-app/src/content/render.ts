/** A heading of levels 1 to 3 in a post. */
export interface TocEntry {
    /** The heading's id in the html. */
    readonly id: string;
    readonly text: string;
    /** 0 for the highest level that the post uses. */
    readonly depth: number;
}

/** What the renderer must know of a picture to lay it out before it is loaded. */
export interface KnownImage {
    readonly id: string;
    readonly width: number;
    readonly height: number;
    /** WebP in base64, a few hundred bytes; null: none. */
    readonly placeholder: string | null;
    /** Widths in pixels for which /images/<id>?w=<width> exists, ascending. */
    readonly widths: readonly number[];
}

export interface RenderOptions {
    /** Those of the ids that are there; any other is shown as a missing picture. */
    readonly images: (ids: readonly string[]) => Promise<ReadonlyMap<string, KnownImage>>;
}

export interface Rendered {
    /** Sanitised; no script, no inline style, no event handler. */
    readonly html: string;
    readonly toc: readonly TocEntry[];
    /** Plain text, at most 200 characters. */
    readonly excerpt: string;
    /** All text without markup: for search. */
    readonly text: string;
    readonly language: "ko" | "en";
    /** At least 1. */
    readonly readingMinutes: number;
    /** Ids of every /images/<uuid> that the post shows, there or missing, in order. */
    readonly images: readonly string[];
}

/** Goes up with each change of what `render` makes, so that stored posts are rendered again. */
export const RENDERER_VERSION = 1;

/** A post's markdown as safe html, with all that is derived from it. Never throws for any text. */
export function render(_markdown: string, _options: RenderOptions): Promise<Rendered> {
    return Promise.reject(new Error("the renderer isn't here yet"));
}
