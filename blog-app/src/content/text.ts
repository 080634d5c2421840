import type { Element, Nodes, Parents, Root } from "hast";

const BLOCKS = new Set([
    ...["p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dt", "dd", "tr", "pre", "blockquote", "figure", "figcaption"],
    ...["div", "section", "details", "summary", "table", "caption", "ul", "ol", "dl", "hr", "br"],
]);
const CELLS = new Set(["td", "th"]);

/** What stands in a text for an element; undefined: its own text. */
type Instead = (element: Element) => string | undefined;

/**
 * All text of a tree that readers see, a line for each block; pictures by their alt text, cells and items of lists
 * apart by a comma, since the lines are joined where the text is shown.
 */
export function textOf(tree: Nodes, instead: Instead = () => undefined): string {
    let text = "";
    const comma = () => {
        if (/[\p{L}\p{N})\]"'”’]\s*$/u.test(text)) text = `${text.trimEnd()},`;
    };
    const walk = (node: Nodes, pre = false) => {
        if (node.type === "text") text += pre ? node.value : node.value.replaceAll("\n", " ");
        else if (node.type === "root") children(node, pre);
        else if (node.type === "element") {
            const other = instead(node);
            if (other !== undefined) {
                text += other;
                return;
            }
            const block = BLOCKS.has(node.tagName);
            if (block) text += "\n";
            if (node.tagName === "img")
                text += typeof node.properties.alt === "string" ? ` ${node.properties.alt} ` : " ";
            children(node, pre || node.tagName === "pre");
            if (block) text += "\n";
            else if (CELLS.has(node.tagName)) text += " ";
        }
    };
    const children = (parent: Parents, pre: boolean) => {
        let before: string | undefined;
        for (const child of parent.children) {
            const name = child.type === "element" ? child.tagName : undefined;
            if (name !== undefined && before !== undefined && (name === "li" || CELLS.has(name))) {
                comma();
                text += " ";
            }
            walk(child, pre);
            before = name ?? before;
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

/** The post's text for search: without the marks of notes, and without the source of formulas. */
export const searchableTextOf = (root: Root): string => textOf(root, notProse);

/** The beginning of what the post says, at most 200 characters: paragraphs, without code, lists and tables. */
export function excerptOf(root: Root): string {
    let text = "";
    for (const node of root.children) {
        if (text.length > EXCERPT_LENGTH) break;
        if (node.type !== "element" || !["p", "blockquote", "div"].includes(node.tagName)) continue;
        if (isAddressesOnly(node)) continue;
        text = `${text} ${oneLine(textOf(node, excerptWithout(NOT_IN_EXCERPT)))}`.trim();
    }
    // A post of lists, or of headings only.
    if (text === "") text = oneLine(textOf(root, excerptWithout(new Set(["pre", "img", "section"]))));
    return shorten(text, EXCERPT_LENGTH);
}

function excerptWithout(names: ReadonlySet<string>): Instead {
    return (element) => {
        if (names.has(element.tagName)) return "";
        // In the middle of a sentence, which needs a word there.
        return hostOf(element) ?? notProse(element);
    };
}

/** The marks of notes and what leads back from them; of formulas the place within a sentence stays. */
function notProse(element: Element): string | undefined {
    const { className, dataFootnoteRef, dataFootnoteBackref } = element.properties;
    const has = (name: string) => Array.isArray(className) && className.includes(name);
    if (dataFootnoteRef !== undefined || dataFootnoteBackref !== undefined || has("sr-only")) return "";
    if (element.tagName === "code" && has("language-math")) return has("math-inline") ? "…" : "";
    return undefined;
}

/** Of a link whose text is an address; undefined: no such link. */
function hostOf(element: Element): string | undefined {
    if (element.tagName !== "a") return undefined;
    return /^(?:https?:\/\/|www\.)\S+$/i.test(textOf(element))
        ? /^(?:https?:\/\/)?([^/?#]+)/i.exec(textOf(element))?.[1]
        : undefined;
}

const isAddressesOnly = ({ children }: Element) =>
    children.some((child) => child.type === "element" && hostOf(child) !== undefined) &&
    children.every(
        (child) =>
            (child.type === "text" && child.value.trim() === "") ||
            (child.type === "element" && (child.tagName === "br" || hostOf(child) !== undefined)),
    );

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
