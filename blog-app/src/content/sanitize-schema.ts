import type { Options as Schema } from "rehype-sanitize";

/** Before the id and name of whatever the author wrote as html: none of them can stand for a property of the page. */
export const CLOBBER_PREFIX = "user-content-";

/** Schemes of links and of sources; an address without one is relative and fine. */
export const LINK_SCHEMES = ["http", "https", "mailto", "tel"];
export const SOURCE_SCHEMES = ["http", "https"];

const described = ["ariaDescribedBy", "ariaLabel"];

/**
 * All that a post may hold, by allow-list. It runs on the parsed tree, and before highlighting, math and pictures: so
 * what those add needs no place here, and nothing in a post can look like it.
 */
export const SCHEMA: Schema = {
    tagNames: [
        ...["h1", "h2", "h3", "h4", "h5", "h6", "p", "blockquote", "pre", "hr", "div", "section"],
        ...["ul", "ol", "li", "dl", "dt", "dd", "details", "summary", "figure", "figcaption"],
        ...["table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "td", "th"],
        ...["a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q"],
        ...["rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"],
        ...["img", "audio", "video", "input"],
    ],
    attributes: {
        a: ["href", "title", "dataFootnoteRef", "dataFootnoteBackref", ...described],
        abbr: ["title"],
        audio: ["src"],
        video: ["src", "width", "height"],
        bdo: ["dir"],
        blockquote: ["cite"],
        code: [["className", /^language-[\w+#.-]{1,30}$/, "math-inline", "math-display"], "dataCodeTitle"],
        col: ["span"],
        colgroup: ["span"],
        del: ["cite", "dateTime"],
        details: ["open"],
        dfn: ["title"],
        // What marks the footnotes' heading, which only screen readers say.
        h2: [["className", "sr-only"]],
        img: ["src", "alt", "title", "width", "height"],
        input: [
            ["type", "checkbox"],
            ["disabled", true],
            ["checked", true],
        ],
        ins: ["cite", "dateTime"],
        li: ["value", ["className", "task-list-item"]],
        ol: ["start", "reversed", ["type", "1", "a", "A", "i", "I"], ["className", "contains-task-list"]],
        q: ["cite"],
        section: ["dataFootnotes", ["className", "footnotes"]],
        td: ["colSpan", "rowSpan", ["align", "left", "center", "right"]],
        th: ["colSpan", "rowSpan", ["align", "left", "center", "right"], ["scope", "row", "col"]],
        time: ["dateTime"],
        ul: [["className", "contains-task-list"]],
        "*": ["id", "lang", ["dir", "ltr", "rtl", "auto"]],
    },
    ancestors: {
        caption: ["table"],
        colgroup: ["table"],
        col: ["table"],
        thead: ["table"],
        tbody: ["table"],
        tfoot: ["table"],
        tr: ["table"],
        td: ["table"],
        th: ["table"],
        li: ["ul", "ol"],
        summary: ["details"],
    },
    protocols: { href: LINK_SCHEMES, cite: SOURCE_SCHEMES, src: SOURCE_SCHEMES },
    clobber: ["id", "name", "ariaDescribedBy"],
    clobberPrefix: CLOBBER_PREFIX,
    required: { input: { type: "checkbox", disabled: true } },
    // With all that is in them; of any other element that isn't allowed the text stays.
    strip: [
        "script",
        "style",
        "svg",
        "template",
        "object",
        "embed",
        "applet",
        "iframe",
        "noembed",
        "noframes",
        "title",
    ],
    allowComments: false,
    allowDoctypes: false,
};
