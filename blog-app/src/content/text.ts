import type { Element, Nodes, Root } from "hast";

const BLOCKS = new Set([
    ...["p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dt", "dd", "tr", "pre", "blockquote", "figure", "figcaption"],
    ...["div", "section", "details", "summary", "table", "caption", "ul", "ol", "dl", "hr", "br"],
]);
const CELLS = new Set(["td", "th"]);

/** All text of a tree that readers see, a line for each block; pictures by their alt text. `skip`: what is left out. */
export function textOf(tree: Nodes, skip: (element: Element) => boolean = () => false): string {
    let text = "";
    const walk = (node: Nodes, pre = false) => {
        if (node.type === "text") text += pre ? node.value : node.value.replaceAll("\n", " ");
        else if (node.type === "root") node.children.forEach((child) => walk(child));
        else if (node.type === "element") {
            if (skip(node)) return;
            const block = BLOCKS.has(node.tagName);
            if (block) text += "\n";
            if (node.tagName === "img")
                text += typeof node.properties.alt === "string" ? ` ${node.properties.alt} ` : " ";
            node.children.forEach((child) => walk(child, pre || node.tagName === "pre"));
            if (block) text += "\n";
            else if (CELLS.has(node.tagName)) text += " ";
        }
    };
    walk(tree);
    return text
        .split("\n")
        .map((line) => line.replace(/[\s\u00a0]+/g, " ").trim())
        .filter((line) => line !== "")
        .join("\n");
}

const EXCERPT_LENGTH = 200;
const NOT_IN_EXCERPT = new Set([
    "pre",
    "table",
    "ul",
    "ol",
    "dl",
    "figure",
    "img",
    "section",
    "details",
    "audio",
    "video",
]);

/** The beginning of what the post says, at most 200 characters: paragraphs, without code, lists and tables. */
export function excerptOf(root: Root): string {
    let text = "";
    for (const node of root.children) {
        if (text.length > EXCERPT_LENGTH) break;
        if (node.type !== "element" || !["p", "blockquote", "div"].includes(node.tagName)) continue;
        text =
            `${text} ${oneLine(textOf(node, (element) => NOT_IN_EXCERPT.has(element.tagName) || isNote(element)))}`.trim();
    }
    // A post of lists, or of headings only.
    if (text === "")
        text = oneLine(
            textOf(root, (element) => ["pre", "img", "section"].includes(element.tagName) || isNote(element)),
        );
    return shorten(text, EXCERPT_LENGTH);
}

const isNote = (element: Element) =>
    element.tagName === "sup" &&
    element.children.some((child) => child.type === "element" && child.properties.dataFootnoteRef !== undefined);
const oneLine = (text: string) => text.replaceAll("\n", " ");

/** At most `length` UTF-16 units, cut after a sentence where one ends in the second half, else after a word. */
function shorten(text: string, length: number): string {
    if (text.length <= length) return text;
    const head = text.slice(0, length);
    const sentence = Math.max(
        ...[...head.matchAll(/[.!?…。！？]["'”’)]?(?=\s)/g)].map((match) => match.index + match[0].length),
        0,
    );
    if (sentence >= length / 2) return head.slice(0, sentence);
    const room = text.slice(0, length - 1);
    const word = /\s/.test(text.charAt(length - 1)) ? room.length : room.search(/\s+\S*$/);
    // Not through a pair of surrogates.
    const cut = word >= length / 2 ? room.slice(0, word) : room.replace(/[\ud800-\udbff]$/, "");
    return `${cut.trimEnd()}…`;
}

/** Korean where at least a sixth of the letters are Hangul: a Korean text on programs is full of Latin words. */
export function languageOfText(text: string): "ko" | "en" {
    const hangul = count(text, /\p{Script=Hangul}/gu);
    const letters = count(text, /\p{L}/gu);
    return letters === 0 || hangul / letters >= 1 / 6 ? "ko" : "en";
}

const KOREAN_PER_MINUTE = 500;
const WORDS_PER_MINUTE = 220;

/** At least 1. */
export function readingMinutes(text: string): number {
    const characters = count(text, /[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu);
    const words = count(text, /[\p{Script=Latin}\p{N}]+/gu);
    return Math.max(1, Math.round(characters / KOREAN_PER_MINUTE + words / WORDS_PER_MINUTE));
}

function count(text: string, pattern: RegExp): number {
    return text.match(pattern)?.length ?? 0;
}
