import fc from "fast-check";
import { parseFragment, type DefaultTreeAdapterTypes } from "parse5";
import { expect, test } from "vitest";

import { renderMarkdown } from "../../../src/content/pipeline";
import type { KnownImage } from "../../../src/content/render";
import { HOSTILE } from "./hostile";

const MATHML = [
    ...["math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle", "merror"],
    ...["msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts", "none"],
    ...["mtable", "mtr", "mtd", "mpadded", "mphantom", "menclose"],
];
const HTML = [
    ...["h1", "h2", "h3", "h4", "h5", "h6", "p", "blockquote", "pre", "hr", "div", "section", "ul", "ol", "li", "dl"],
    ...["dt", "dd", "details", "summary", "figure", "figcaption", "table", "caption", "colgroup", "col", "thead"],
    ...["tbody", "tfoot", "tr", "td", "th", "a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "del", "dfn", "em"],
    ...["i", "ins", "kbd", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup"],
    ...["time", "u", "var", "wbr", "img", "audio", "video", "input"],
];
const ATTRIBUTES = [
    ...[
        "id",
        "class",
        "href",
        "rel",
        "src",
        "srcset",
        "sizes",
        "alt",
        "title",
        "width",
        "height",
        "loading",
        "decoding",
    ],
    ...["fetchpriority", "lang", "dir", "cite", "datetime", "open", "start", "reversed", "type", "value", "disabled"],
    ...["checked", "align", "colspan", "rowspan", "scope", "span", "tabindex", "role", "aria-label", "aria-hidden"],
    ...["aria-describedby", "controls", "preload", "data-language", "data-footnotes", "data-footnote-ref"],
    ...["data-footnote-backref"],
];
const MATH_ATTRIBUTES =
    /^(class|display|displaystyle|scriptlevel|math(variant|color|background|size)|width|height|depth|[lr]space|voffset|linethickness|notation|fence|form|stretchy|symmetric|separator|largeop|movablelimits|(min|max)size|accent(under)?|(column|row)(align|lines|span)|dir)$/;
const CLASSES =
    /^(picture|placeholder|missing-picture|captioned|code|code-title|code-language|tk-[a-z]+|table|anchor|sr-only|footnotes|contains-task-list|task-list-item|math|math-fault|tml-[a-z-]+|upstrike|downstrike|sout)$/;
const PICTURE = "11111111-2222-4333-8444-555555555555";
const known: KnownImage = { id: PICTURE, width: 800, height: 600, placeholder: "AAAA", widths: [480] };

/** All that is wrong with html, as a browser's parser reads it. */
function faultsOf(html: string): string[] {
    const faults: string[] = [];
    const walk = (node: DefaultTreeAdapterTypes.Node) => {
        if (node.nodeName === "#comment") faults.push("a comment");
        if ("tagName" in node) {
            const math = node.namespaceURI.endsWith("MathML");
            if (!(math ? MATHML : HTML).includes(node.tagName)) faults.push(`<${node.tagName}>`);
            for (const { name, value } of node.attrs) {
                const where = `<${node.tagName} ${name}="${value}">`;
                if (!(math ? MATH_ATTRIBUTES.test(name.toLowerCase()) : ATTRIBUTES.includes(name))) faults.push(where);
                if (/^on|^style$/i.test(name)) faults.push(where);
                if (name === "class" && !value.split(" ").every((one) => CLASSES.test(one))) faults.push(where);
                if (["href", "src", "cite"].includes(name)) {
                    const scheme = new URL(value, "https://blog.example/").protocol;
                    const ours = name === "src" && value === `data:image/webp;base64,${known.placeholder ?? ""}`;
                    if (!/^(https?:|mailto:|tel:)$/.test(scheme) && !ours) faults.push(where);
                }
                if (name === "srcset" && !/^\/images\/[^,\s]+ \d+w(, \/images\/[^,\s]+ \d+w)*$/.test(value))
                    faults.push(where);
                // A plain word could be a property of the window or the document.
                if (name === "id" && (/^[\w$]*$/.test(value) || value in {})) faults.push(where);
                if (name === "type" && node.tagName === "input" && value !== "checkbox") faults.push(where);
            }
            if (node.tagName === "input" && !node.attrs.some(({ name }) => name === "disabled")) faults.push("<input>");
        }
        if ("childNodes" in node) node.childNodes.forEach(walk);
    };
    walk(parseFragment(html));
    return faults;
}
const htmlOf = async (markdown: string) =>
    (await renderMarkdown(markdown, { images: () => Promise.resolve(new Map([[PICTURE, known]])) })).html;

test("the corpus has what it says", () => {
    expect(new Set(HOSTILE).size).toBeGreaterThanOrEqual(80);
    expect(new Set(HOSTILE).size).toBe(HOSTILE.length);
});

test("the test sees what must not be there", () => {
    for (const html of [
        "<script>1</script>",
        "<img src=x onerror=x>",
        '<a href="java&#9;script:1">x</a>',
        "<p style=x>",
        '<p id="location">',
        "<svg></svg>",
        '<img src="data:image/svg+xml,x">',
        "<math><annotation-xml></annotation-xml></math>",
        "<p class=admin>",
        "<!-- x -->",
    ]) {
        expect(faultsOf(html), html).not.toEqual([]);
    }
});

test.each(HOSTILE.map((markdown, index) => [index, markdown]))("hostile markdown %i: %j", async (_, markdown) => {
    const html = await htmlOf(markdown);
    expect(faultsOf(html)).toEqual([]);
    // Read again and written again it is the same: no parser changes its mind about it.
    expect(faultsOf(await htmlOf(html))).toEqual([]);
});

test("hostile markdown inside other markdown, and two together", async () => {
    for (const [index, markdown] of HOSTILE.entries()) {
        const next = HOSTILE[(index + 1) % HOSTILE.length]!;
        for (const text of [
            `> ${markdown}`,
            `- a\n  - ${markdown}`,
            `<div>${markdown}`,
            `**${markdown}${next}**`,
            markdown + next,
        ]) {
            expect(faultsOf(await htmlOf(text)), text).toEqual([]);
        }
    }
}, 60_000);

test("any mixture of pieces is safe", async () => {
    const piece = fc.oneof(
        fc.constantFrom(...HOSTILE),
        fc.constantFrom(
            "<",
            ">",
            '"',
            "'",
            "`",
            "```",
            "$",
            "$$",
            "\n",
            "\n\n",
            "<!--",
            "-->",
            "](",
            "[^1]",
            "&#",
            "</",
            "<svg>",
            "<math>",
            "|",
            "# ",
        ),
        fc.string({ maxLength: 12, unit: "binary" }),
    );
    await fc.assert(
        fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
            expect(faultsOf(await htmlOf(pieces.join("")))).toEqual([]);
        }),
        { numRuns: 400 },
    );
}, 120_000);
