import type { Element, ElementContent, Root } from "hast";
import { fromParse5 } from "hast-util-from-parse5";
import { parseFragment } from "parse5";
import temml from "temml";

/** What MathML may hold: MathML Core's elements but those that can take up html or leave the page. */
const ELEMENTS = new Set([
    ...["math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle", "merror"],
    ...["msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts", "none"],
    ...["mtable", "mtr", "mtd", "mlabeledtr", "mpadded", "mphantom", "menclose"],
]);
const ATTRIBUTES = new Set(
    [
        ...["display", "displayStyle", "scriptLevel", "mathVariant", "mathColor", "mathBackground", "mathSize", "dir"],
        ...["width", "height", "depth", "lSpace", "rSpace", "voffset", "lineThickness", "linethickness", "notation"],
        ...["fence", "form", "stretchy", "symmetric", "separator", "largeOp", "movableLimits", "minSize", "maxSize"],
        ...["accent", "accentUnder", "columnAlign", "rowAlign", "columnLines", "rowLines", "columnSpan", "rowSpan"],
    ].map((name) => name.toLowerCase()),
);
const CLASS = /^(tml-[a-z-]+|upstrike|downstrike|sout)$/;
/** A formula that is longer is no formula. */
const LONGEST = 10_000;

/**
 * TeX as MathML without any style, script or link. Undefined where it is faulty, or uses what only styles can show
 * (\class, \style, \includegraphics, \href): the caller shows the source then.
 */
export function mathOf(tex: string, display: boolean): Element | undefined {
    if (tex.length > LONGEST || tex.trim() === "") return undefined;
    let markup: string;
    try {
        markup = temml.renderToString(tex, {
            displayMode: display,
            throwOnError: true,
            trust: false,
            strict: false,
            annotate: false,
            maxExpand: 500,
            maxSize: [30, 60],
        });
    } catch {
        return undefined;
    }
    const root = fromParse5(parseFragment(markup)) as Root;
    const [math] = root.children.flatMap((child) => clean(child as ElementContent));
    if (math?.type !== "element" || math.tagName !== "math") return undefined;
    return math;
}

function clean(node: ElementContent): ElementContent[] {
    if (node.type === "text") return [node];
    if (node.type !== "element") return [];
    const children = node.children.flatMap(clean);
    // A reference's link, say: its text stays.
    if (!ELEMENTS.has(node.tagName)) return children;
    const properties: Element["properties"] = {};
    for (const [name, value] of Object.entries(node.properties)) {
        if (name === "className") {
            const classes = (Array.isArray(value) ? value : String(value).split(" ")).map(String);
            const allowed = classes.filter((one) => CLASS.test(one));
            if (allowed.length > 0) properties.className = allowed;
        } else if (name === "style") {
            Object.assign(properties, attributesOf(String(value)));
        } else if (ATTRIBUTES.has(name.toLowerCase())) {
            properties[name] = value;
        }
    }
    return [{ type: "element", tagName: node.tagName, properties, children }];
}

/** The part of a style that MathML has attributes or this blog has classes for. */
function attributesOf(style: string): Element["properties"] {
    const color = /(?:^|;)color:(#[0-9a-f]{3,8})/i.exec(style)?.[1];
    const background = /(?:^|;)background-color:(#[0-9a-f]{3,8})/i.exec(style)?.[1];
    return {
        ...(color === undefined ? {} : { mathcolor: color }),
        ...(background === undefined ? {} : { mathbackground: background }),
        ...(/(?:^|;)border:/.test(style) ? { className: ["tml-boxed"] } : {}),
    };
}
