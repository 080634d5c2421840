import type { Element, ElementContent, Root, RootContent } from "hast";
import { toString } from "hast-util-to-string";
import { EXIT, SKIP, visit } from "unist-util-visit";

import { highlight, languageOf } from "./highlight";
import type { Labels } from "./labels";
import { mathOf } from "./math";
import { element, foreignPicture, imageIdOf, missingPicture, pictureOf } from "./pictures";
import type { KnownImage, TocEntry } from "./render";
import { CLOBBER_PREFIX, LINK_SCHEMES, SOURCE_SCHEMES } from "./sanitize-schema";
import { slugOf } from "./slug";
import { textOf } from "./text";

/*
 * What is made of a sanitised tree: each function changes it in place. Nothing here takes a name of an element, an
 * address or markup from the post; only text.
 */

const rankOf = (node: Element) => Number(/^h([1-6])$/.exec(node.tagName)?.[1] ?? 0);
const classesOf = (node: Element) =>
    Array.isArray(node.properties.className) ? node.properties.className.filter((one) => typeof one === "string") : [];
const onlyElement = (node: Element, tagName: string): Element | undefined => {
    const [child] = node.children;
    return node.children.length === 1 && child?.type === "element" && child.tagName === tagName ? child : undefined;
};

/** Frames can't be shown under the blog's policy: a link to what they hold stands in their place. Before sanitising. */
export function framesBecomeLinks() {
    return (tree: Root) => {
        visit(tree, "element", (node, index, parent) => {
            const source = node.properties.src;
            if (node.tagName !== "iframe" || index === undefined || parent === undefined) return;
            if (typeof source !== "string" || !/^(https?:)?\/\//i.test(source)) return;
            parent.children.splice(index, 1, element("a", { href: source }, [{ type: "text", value: source }]));
            return [SKIP, index + 1];
        });
    };
}

/** Addresses: what the allow-list of schemes lets through is read again as a browser reads it. */
export function checkAddresses(root: Root): void {
    visit(root, "element", (node) => {
        for (const [name, schemes] of [
            ["href", LINK_SCHEMES],
            ["src", SOURCE_SCHEMES],
            ["cite", SOURCE_SCHEMES],
        ] as const) {
            const value = node.properties[name];
            if (value === undefined) continue;
            const scheme = typeof value === "string" ? schemeOf(value) : undefined;
            if (scheme === undefined || !schemes.includes(scheme)) node.properties[name] = undefined;
        }
        if (node.tagName === "a" && /^(https?:)?\/\//i.test(node.properties.href ?? ""))
            node.properties.rel = ["noopener"];
    });
}

function schemeOf(address: string): string | undefined {
    try {
        return new URL(address, "https://blog.invalid/").protocol.replace(/:$/, "");
    } catch {
        return undefined;
    }
}

/**
 * Ids and links of headings; a post that uses level 1 has all levels moved down by one, since the page's own title is
 * level 1. Returns the table of contents.
 */
export function nameHeadings(root: Root): TocEntry[] {
    const headings: { node: Element; rank: number }[] = [];
    const taken = new Set<string>();
    visit(root, "element", (node) => {
        if (node.properties.id !== undefined) taken.add(node.properties.id);
        // Not those of quotations and notes.
        if (["blockquote", "li", "table"].includes(node.tagName) || node.properties.dataFootnotes !== undefined)
            return SKIP;
        if (rankOf(node) > 0) headings.push({ node, rank: rankOf(node) });
        return undefined;
    });
    visit(root, "element", (node) => {
        if (node.properties.id !== undefined) taken.add(node.properties.id);
    });
    if (usesFirstLevel(root)) {
        visit(root, "element", (node) => {
            const rank = rankOf(node);
            if (rank > 0 && !classesOf(node).includes("sr-only")) node.tagName = `h${String(Math.min(rank + 1, 6))}`;
        });
    }
    const listed = headings.filter(({ rank }) => rank <= 3);
    const highest = Math.min(...listed.map(({ rank }) => rank));
    const toc: TocEntry[] = [];
    const counts = new Map<string, number>();
    for (const { node, rank } of headings) {
        const text = textOf(node).replaceAll("\n", " ");
        const id = freeId(idOf(text), taken, counts);
        taken.add(id);
        // An id that the author gave stays where links point at it.
        if (node.properties.id !== undefined) {
            node.children.unshift(element("span", { id: node.properties.id }));
        }
        node.properties.id = id;
        node.children.push(element("a", { className: ["anchor"], href: `#${id}`, ariaHidden: "true", tabIndex: -1 }));
        if (rank <= 3 && text !== "") toc.push({ id, text, depth: rank - highest });
    }
    return toc;
}

function usesFirstLevel(root: Root): boolean {
    let found = false;
    visit(root, "element", (node) => {
        found ||= node.tagName === "h1";
        return found ? EXIT : undefined;
    });
    return found;
}

/** An id of one plain word could stand for a property of the page's window, such as "name". */
function idOf(text: string): string {
    const slug = slugOf(text);
    return /^[\w$]*$/.test(slug) ? `section-${slug || "1"}` : slug;
}

function freeId(id: string, taken: ReadonlySet<string>, counts: Map<string, number>): string {
    let count = counts.get(id) ?? 1;
    let free = id;
    while (taken.has(free)) free = `${id}-${String(++count)}`;
    counts.set(id, count);
    return free;
}

/** Links inside a post to ids that the author gave: those have a prefix by now. */
export function mendFragments(root: Root): void {
    const ids = new Set<string>();
    visit(root, "element", (node) => {
        if (typeof node.properties.id === "string") ids.add(node.properties.id);
    });
    visit(root, "element", (node) => {
        const href = node.properties.href;
        if (typeof href !== "string" || !href.startsWith("#")) return;
        const raw = href.slice(1);
        let decoded = raw;
        try {
            decoded = decodeURIComponent(raw);
        } catch {
            // As it stands.
        }
        const candidates = [raw, decoded, CLOBBER_PREFIX + raw, CLOBBER_PREFIX + decoded, idOf(decoded)];
        const found = candidates.find((id) => ids.has(id));
        if (found !== undefined) node.properties.href = `#${found}`;
    });
}

/** Formulas: what remark-math marked, and code blocks of the language "math". Faulty ones stay as their source. */
export function drawMath(root: Root): void {
    visit(root, "element", (node, index, parent) => {
        if (index === undefined || parent === undefined) return;
        const code = node.tagName === "pre" ? onlyElement(node, "code") : node.tagName === "code" ? node : undefined;
        if (code === undefined) return;
        const classes = classesOf(code);
        if (!classes.includes("language-math")) return;
        const display = node.tagName === "pre" || classes.includes("math-display");
        const tex = toString(code);
        const math = mathOf(tex, display);
        const drawn: Element =
            math === undefined
                ? element(
                      display ? "pre" : "span",
                      { className: ["math-fault"], ...(display ? { tabIndex: 0 } : {}) },
                      [element("code", {}, [{ type: "text", value: tex }])],
                  )
                : display
                  ? element("div", { className: ["math"], tabIndex: 0 }, [math])
                  : math;
        parent.children.splice(index, 1, drawn);
        return [SKIP, index + 1];
    });
}

/** Code blocks with their language's label; the reader's script adds the copy button. */
export async function frameCode(root: Root, labels: Labels): Promise<void> {
    const blocks: {
        pre: Element;
        code: Element;
        index: number;
        parent: { children: (RootContent | ElementContent)[] };
    }[] = [];
    visit(root, "element", (node, index, parent) => {
        if (node.tagName !== "pre" || index === undefined || parent === undefined) return;
        const code = onlyElement(node, "code");
        if (code !== undefined && !classesOf(node).includes("math-fault"))
            blocks.push({ pre: node, code, index, parent });
        return SKIP;
    });
    let budget = LONGEST_HIGHLIGHTED;
    for (const { code, index, parent } of blocks) {
        const given =
            classesOf(code)
                .find((one) => one.startsWith("language-"))
                ?.slice("language-".length) ?? "";
        const language = languageOf(given);
        const label = language?.label ?? given;
        const text = toString(code).replace(/\n$/, "");
        budget -= text.length;
        const title = typeof code.properties.dataCodeTitle === "string" ? code.properties.dataCodeTitle : "";
        const caption = [
            ...(title === "" ? [] : [element("span", { className: ["code-title"] }, [{ type: "text", value: title }])]),
            ...(label === ""
                ? []
                : [element("span", { className: ["code-language"] }, [{ type: "text", value: label }])]),
        ];
        const figure = element("figure", { className: ["code"], dataLanguage: language?.name ?? given }, [
            ...(caption.length === 0 ? [] : [element("figcaption", {}, caption)]),
            element("pre", { tabIndex: 0, role: "group", ariaLabel: title === "" ? labels.code(label) : title }, [
                element(
                    "code",
                    {},
                    language === undefined || budget < 0
                        ? [{ type: "text", value: text }]
                        : await highlight(text, language.name),
                ),
            ]),
        ]);
        parent.children[index] = figure;
    }
}

/** What the marks on code were for is done. */
export function forgetCode(root: Root): void {
    visit(root, "element", (node) => {
        if (node.tagName === "code") node.properties = {};
    });
}

/** Characters of a post's code that are highlighted. */
const LONGEST_HIGHLIGHTED = 200_000;

/** Tables may be wider than a phone: each scrolls by itself, by keyboard too. */
export function wrapTables(root: Root, labels: Labels): void {
    visit(root, "element", (node, index, parent) => {
        if (node.tagName !== "table" || index === undefined || parent === undefined) return;
        const caption = node.children.find((child) => child.type === "element" && child.tagName === "caption");
        const label = caption === undefined ? labels.table : textOf(caption).replaceAll("\n", " ");
        parent.children.splice(
            index,
            1,
            element("div", { className: ["table"], role: "group", tabIndex: 0, ariaLabel: label }, [node]),
        );
        return [SKIP, index + 1];
    });
}

export function labelTasks(root: Root, labels: Labels): void {
    visit(root, "element", (node) => {
        if (node.tagName === "input")
            node.properties.ariaLabel = node.properties.checked === true ? labels.done : labels.notDone;
        if (node.tagName === "audio" || node.tagName === "video") {
            node.properties.controls = true;
            node.properties.preload = "none";
        }
    });
}

/** Ids of the blog's own pictures that the post shows, in order. */
export function imageIdsOf(root: Root): string[] {
    const ids = new Set<string>();
    visit(root, "element", (node) => {
        const id = node.tagName === "img" ? imageIdOf(node.properties.src) : undefined;
        if (id !== undefined) ids.add(id);
    });
    return [...ids];
}

/** Pictures with their sizes and widths; one that stands alone with a title gets it as its caption. */
export function layPictures(root: Root, known: ReadonlyMap<string, KnownImage>, labels: Labels): void {
    let first = true;
    visit(root, "element", (node, index, parent) => {
        if (index === undefined || parent === undefined) return;
        const alone = node.tagName === "p" ? onlyElement(node, "img") : undefined;
        const title = alone?.properties.title;
        if (alone !== undefined && typeof title === "string" && title.trim() !== "") {
            const { title: _, ...properties } = alone.properties;
            parent.children.splice(
                index,
                1,
                element("figure", { className: ["captioned"] }, [
                    element("img", properties),
                    element("figcaption", {}, [{ type: "text", value: title }]),
                ]),
            );
            return index;
        }
        if (node.tagName !== "img") return;
        const id = imageIdOf(node.properties.src);
        const image = id === undefined ? undefined : known.get(id);
        let drawn: Element;
        if (image !== undefined) drawn = pictureOf(image, node.properties, first);
        else if (id !== undefined || node.properties.src === undefined)
            drawn = missingPicture(node.properties.alt, labels);
        else drawn = foreignPicture(node.properties, first);
        if (drawn.properties.role === undefined) first = false;
        parent.children.splice(index, 1, drawn);
        return [SKIP, index + 1];
    });
}
