import type { Code, Link, Nodes, Parents, Root, Text } from "mdast";
import type {} from "remark-math";
import { SKIP, visit } from "unist-util-visit";
import type { VFile } from "vfile";

/**
 * A single dollar sign is money more often than math: as in Pandoc, an opening one is not before a blank, a closing
 * one is not after a blank nor before a digit.
 */
export function dollarsAreMoney() {
    return (tree: Root, file: VFile) => {
        const source = String(file);
        visit(
            tree,
            "inlineMath",
            (node: Extract<Nodes, { type: "inlineMath" }>, index, parent: Parents | undefined) => {
                const start = node.position?.start.offset;
                const end = node.position?.end.offset;
                if (index === undefined || parent === undefined || start === undefined || end === undefined) return;
                const raw = source.slice(start, end);
                if (raw.startsWith("$$") || (!/^\$\s|\s\$$/.test(raw) && !/^\d/.test(source.slice(end)))) return;
                const text: Text = { type: "text", value: raw };
                parent.children.splice(index, 1, text);
                return [SKIP, index + 1];
            },
        );
    };
}

/** An address that is written with a Korean particle (https://example.org에서) ends before it. */
export function addressesEndBeforeParticles() {
    return (tree: Root) => {
        visit(tree, "link", (node: Link, index, parent: Parents | undefined) => {
            const [only] = node.children;
            if (index === undefined || parent === undefined || only?.type !== "text" || node.children.length > 1)
                return;
            const match = /^((?:https?:\/\/|www\.)[\w.-]+(?::\d+)?)(\p{Script=Hangul}.*)$/su.exec(only.value);
            const [, address = "", rest = ""] = match ?? [];
            if (match === null || !node.url.endsWith(only.value)) return;
            node.url = node.url.slice(0, node.url.length - rest.length);
            only.value = address;
            parent.children.splice(index + 1, 0, { type: "text", value: rest } as never);
            return [SKIP, index + 2];
        });
    };
}

/** What stands after a code block's language: its title, as title="..." or as ts:title. */
export function codeTitles() {
    return (tree: Root) => {
        visit(tree, "code", (node: Code) => {
            const [, language = "", name] = /^([^\s:]*)(?::(\S+))?$/.exec(node.lang ?? "") ?? [];
            const title =
                name ??
                /(?:^|\s)title=(?:"([^"]*)"|'([^']*)'|(\S+))/
                    .exec(node.meta ?? "")
                    ?.slice(1)
                    .find(Boolean);
            node.lang = /^[\w+#.-]{1,30}$/.test(language) ? language : null;
            if (title !== undefined) node.data = { ...node.data, hProperties: { dataCodeTitle: title.slice(0, 120) } };
        });
    };
}

/** The markdown's own text, roughly: to know its language before it is made into html. */
export function proseOf(tree: Nodes): string {
    let text = "";
    visit(tree, (node) => {
        if (node.type === "text") text += `${node.value} `;
        return node.type === "code" ? SKIP : undefined;
    });
    return text;
}
