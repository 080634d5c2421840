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
    forgetCode,
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
import type { KnownImage, Rendered, RenderOptions } from "./render";
import { addressesEndBeforeParticles, codeTitles, dollarsAreMoney, proseOf } from "./markdown";
import { SCHEMA } from "./sanitize-schema";
import { excerptOf, languageOfText, readingMinutes, searchableTextOf } from "./text";

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

/**
 * A post's markdown as safe html, with all that is derived from it. Takes seconds for a megabyte, and throws a
 * RangeError for what is nested thousands deep: `render` bounds both.
 */
export async function renderMarkdown(markdown: string, { images }: RenderOptions): Promise<Rendered> {
    const file = new VFile(markdown);
    const tree = (await markdownParser.run(markdownParser.parse(file), file)) as MarkdownRoot;
    const language = languageOfText(proseOf(tree));
    const labels = LABELS[language];
    const root = await toSafeHtml[language].run(tree, file);
    checkAddresses(root);
    const text = searchableTextOf(root);
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
    forgetCode(root);
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
