// All that XML 1.0 has no place for, however it is written.
const NO_XML =
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const ESCAPES: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
};

/** Text for inside an element or a quoted attribute. */
export function xmlText(text: string): string {
    return text.replace(NO_XML, "").replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

type Content = string | readonly Content[] | undefined;

/** An element; its content is XML already. Undefined content is left out, so a value that isn't there needs no test. */
export function element(
    name: string,
    attributes: Readonly<Record<string, string | undefined>>,
    content: Content = "",
): string {
    const written = Object.entries(attributes)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => ` ${key}="${xmlText(value ?? "")}"`)
        .join("");
    const inside = flat(content);
    return inside === "" ? `<${name}${written}/>` : `<${name}${written}>${inside}</${name}>`;
}

function flat(content: Content): string {
    return content === undefined ? "" : typeof content === "string" ? content : content.map(flat).join("");
}

export const XML_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n';
