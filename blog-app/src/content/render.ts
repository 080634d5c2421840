import type { Root as MarkdownRoot } from "mdast";
import rehypeRaw from "rehype-raw";
import rehypeSanitize from "rehype-sanitize";
import rehypeStringify from "rehype-stringify";
import remarkCjkFriendly from "remark-cjk-friendly";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";
import remarkParse from "remark-parse";
import remarkRehype from "remark-rehype";
import { unified } from "unified";
import { VFile } from "vfile";

import {
    checkAddresses,
    drawMath,
    frameCode,
    framesBecomeLinks,
    imageIdsOf,
    labelTasks,
    layPictures,
    mendFragments,
    nameHeadings,
    wrapTables,
} from "./furnish";
import { LABELS } from "./labels";
import { addressesEndBeforeParticles, codeTitles, dollarsAreMoney, proseOf } from "./markdown";
import { SCHEMA } from "./sanitize-schema";
import { excerptOf, languageOfText, readingMinutes, textOf } from "./text";

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

const markdownParser = unified()
    .use(remarkParse)
    .use(remarkGfm)
    // **"굵게"**는 is bold, which CommonMark alone reads as asterisks.
    .use(remarkCjkFriendly)
    .use(remarkMath)
    .use(dollarsAreMoney)
    .use(addressesEndBeforeParticles)
    .use(codeTitles)
    .freeze();
const toSafeHtml = { ko: safeHtml("ko"), en: safeHtml("en") };
const writer = unified()
    .use(rehypeStringify, { characterReferences: { useNamedReferences: false } })
    .freeze();

/** A post's markdown as safe html, with all that is derived from it. Never throws for any text. */
export async function render(markdown: string, { images }: RenderOptions): Promise<Rendered> {
    const file = new VFile(markdown);
    const tree = (await markdownParser.run(markdownParser.parse(file), file)) as MarkdownRoot;
    const language = languageOfText(proseOf(tree));
    const labels = LABELS[language];
    const root = await toSafeHtml[language].run(tree, file);
    checkAddresses(root);
    const text = textOf(root);
    const excerpt = excerptOf(root);
    const ids = imageIdsOf(root);
    const known = ids.length === 0 ? new Map<string, KnownImage>() : await images(ids);
    const toc = nameHeadings(root);
    mendFragments(root);
    labelTasks(root, labels);
    wrapTables(root, labels);
    drawMath(root);
    await frameCode(root, labels);
    layPictures(root, known, labels);
    return {
        html: writer.stringify(root),
        toc,
        excerpt,
        text,
        language,
        readingMinutes: readingMinutes(text),
        images: ids,
    };
}

function safeHtml(language: "ko" | "en") {
    const labels = LABELS[language];
    return unified()
        .use(remarkRehype, {
            allowDangerousHtml: true,
            clobberPrefix: "",
            footnoteLabel: labels.footnotes,
            footnoteBackLabel: (index) => labels.backToText(index + 1),
        })
        .use(rehypeRaw)
        .use(framesBecomeLinks)
        .use(rehypeSanitize, SCHEMA)
        .freeze();
}
