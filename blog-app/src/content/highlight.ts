import type { Element, ElementContent } from "hast";
import { createHighlighterCore, type HighlighterCore, type LanguageInput, type ThemeRegistration } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";

/** Languages by the name they are highlighted under: the label readers see, other names, the grammar. */
const LANGUAGES: Readonly<Record<string, { label: string; aliases?: readonly string[]; grammar: LanguageInput }>> = {
    bash: { label: "Shell", aliases: ["sh", "shell", "zsh", "console"], grammar: () => import("shiki/langs/bash.mjs") },
    c: { label: "C", aliases: ["h"], grammar: () => import("shiki/langs/c.mjs") },
    cpp: { label: "C++", aliases: ["c++", "cc", "hpp"], grammar: () => import("shiki/langs/cpp.mjs") },
    csharp: { label: "C#", aliases: ["cs", "c#"], grammar: () => import("shiki/langs/csharp.mjs") },
    css: { label: "CSS", grammar: () => import("shiki/langs/css.mjs") },
    diff: { label: "Diff", aliases: ["patch"], grammar: () => import("shiki/langs/diff.mjs") },
    docker: { label: "Dockerfile", aliases: ["dockerfile"], grammar: () => import("shiki/langs/docker.mjs") },
    go: { label: "Go", aliases: ["golang"], grammar: () => import("shiki/langs/go.mjs") },
    graphql: { label: "GraphQL", aliases: ["gql"], grammar: () => import("shiki/langs/graphql.mjs") },
    hcl: { label: "HCL", aliases: ["terraform", "tf"], grammar: () => import("shiki/langs/hcl.mjs") },
    html: { label: "HTML", aliases: ["htm"], grammar: () => import("shiki/langs/html.mjs") },
    ini: { label: "INI", aliases: ["conf", "env", "properties"], grammar: () => import("shiki/langs/ini.mjs") },
    java: { label: "Java", grammar: () => import("shiki/langs/java.mjs") },
    javascript: {
        label: "JavaScript",
        aliases: ["js", "mjs", "cjs"],
        grammar: () => import("shiki/langs/javascript.mjs"),
    },
    json: { label: "JSON", aliases: ["jsonc", "json5"], grammar: () => import("shiki/langs/json.mjs") },
    jsx: { label: "JSX", grammar: () => import("shiki/langs/jsx.mjs") },
    kotlin: { label: "Kotlin", aliases: ["kt", "kts"], grammar: () => import("shiki/langs/kotlin.mjs") },
    lua: { label: "Lua", grammar: () => import("shiki/langs/lua.mjs") },
    make: { label: "Makefile", aliases: ["makefile"], grammar: () => import("shiki/langs/make.mjs") },
    markdown: { label: "Markdown", aliases: ["md"], grammar: () => import("shiki/langs/markdown.mjs") },
    nginx: { label: "nginx", grammar: () => import("shiki/langs/nginx.mjs") },
    php: { label: "PHP", grammar: () => import("shiki/langs/php.mjs") },
    python: { label: "Python", aliases: ["py", "python3"], grammar: () => import("shiki/langs/python.mjs") },
    ruby: { label: "Ruby", aliases: ["rb"], grammar: () => import("shiki/langs/ruby.mjs") },
    rust: { label: "Rust", aliases: ["rs"], grammar: () => import("shiki/langs/rust.mjs") },
    scss: { label: "SCSS", aliases: ["sass"], grammar: () => import("shiki/langs/scss.mjs") },
    sql: { label: "SQL", aliases: ["mysql", "mariadb", "postgresql"], grammar: () => import("shiki/langs/sql.mjs") },
    swift: { label: "Swift", grammar: () => import("shiki/langs/swift.mjs") },
    toml: { label: "TOML", grammar: () => import("shiki/langs/toml.mjs") },
    tsx: { label: "TSX", grammar: () => import("shiki/langs/tsx.mjs") },
    typescript: {
        label: "TypeScript",
        aliases: ["ts", "mts", "cts"],
        grammar: () => import("shiki/langs/typescript.mjs"),
    },
    vue: { label: "Vue", grammar: () => import("shiki/langs/vue.mjs") },
    xml: { label: "XML", aliases: ["svg", "rss"], grammar: () => import("shiki/langs/xml.mjs") },
    yaml: { label: "YAML", aliases: ["yml"], grammar: () => import("shiki/langs/yaml.mjs") },
};

const BY_NAME = new Map(
    Object.entries(LANGUAGES).flatMap(([name, { aliases = [] }]) => [name, ...aliases].map((one) => [one, name])),
);

/** Class of a token by the scopes of its grammar; src/styles/code.css has a colour for each, light and dark. */
const CLASSES: readonly (readonly [name: string, scopes: readonly string[]])[] = [
    ["tk-comment", ["comment", "punctuation.definition.comment", "string.quoted.docstring"]],
    ["tk-string", ["string", "punctuation.definition.string", "markup.inline.raw", "markup.fenced_code"]],
    ["tk-regexp", ["string.regexp", "constant.character.escape", "constant.other.placeholder"]],
    ["tk-number", ["constant.numeric", "keyword.other.unit"]],
    ["tk-constant", ["constant.language", "constant.other", "support.constant", "variable.other.constant"]],
    [
        "tk-keyword",
        [
            "keyword",
            "storage.type",
            "storage.modifier",
            "variable.language",
            "punctuation.definition.template-expression",
        ],
    ],
    ["tk-operator", ["keyword.operator"]],
    ["tk-function", ["entity.name.function", "support.function", "meta.function-call.generic", "variable.function"]],
    [
        "tk-type",
        ["entity.name.type", "entity.name.class", "entity.other.inherited-class", "support.type", "support.class"],
    ],
    [
        "tk-property",
        ["support.type.property-name", "meta.object-literal.key", "variable.other.property", "entity.name.tag.yaml"],
    ],
    ["tk-tag", ["entity.name.tag", "meta.tag.sgml"]],
    ["tk-attribute", ["entity.other.attribute-name"]],
    ["tk-inserted", ["markup.inserted", "punctuation.definition.inserted"]],
    ["tk-deleted", ["markup.deleted", "punctuation.definition.deleted"]],
    ["tk-heading", ["markup.heading", "entity.name.section", "meta.diff.range", "meta.diff.header"]],
    ["tk-link", ["markup.underline.link", "string.other.link"]],
];

// A theme can only say colours: each class has one, by which its tokens are known.
const colorOf = (index: number) => `#${String(index + 1).padStart(6, "0")}`;
const CLASS_BY_COLOR = new Map(CLASSES.map(([name], index) => [colorOf(index), name]));
const THEME: ThemeRegistration = {
    name: "classes",
    type: "light",
    fg: "#999999",
    bg: "#ffffff",
    settings: CLASSES.map(([, scope], index) => ({ scope: [...scope], settings: { foreground: colorOf(index) } })),
};

/** Longer blocks and lines stay plain: a grammar's time grows with them, and nobody reads their colours. */
const LONGEST_BLOCK = 60_000;
const LONGEST_LINE = 2_000;

let highlighter: Promise<HighlighterCore> | undefined;

/** What is known of a code block's language; undefined where it has none that is highlighted. */
export function languageOf(name: string): { name: string; label: string } | undefined {
    const known = BY_NAME.get(name.toLowerCase());
    return known === undefined ? undefined : { name: known, label: LANGUAGES[known]?.label ?? known };
}

/** The code's lines as text and <span class="tk-...">; never more than its own text. */
export async function highlight(code: string, language: string): Promise<ElementContent[]> {
    const grammar = LANGUAGES[language]?.grammar;
    if (grammar === undefined || code.length > LONGEST_BLOCK) return [{ type: "text", value: code }];
    highlighter ??= createHighlighterCore({
        themes: [THEME],
        langs: [],
        engine: createJavaScriptRegexEngine({ forgiving: true }),
    });
    const shiki = await highlighter;
    if (!shiki.getLoadedLanguages().includes(language)) await shiki.loadLanguage(grammar);
    const lines = shiki.codeToTokensBase(code, {
        lang: language,
        theme: THEME.name,
        tokenizeMaxLineLength: LONGEST_LINE,
        // A grammar's first line takes long, while its expressions are compiled; the thread has a limit of its own.
        tokenizeTimeLimit: 3_000,
    });
    const nodes: ElementContent[] = [];
    let run: { className: string | undefined; text: string } | undefined;
    const flush = () => {
        if (run === undefined || run.text === "") return;
        nodes.push(run.className === undefined ? { type: "text", value: run.text } : span(run.className, run.text));
        run = undefined;
    };
    for (const [index, line] of lines.entries()) {
        for (const token of index === 0 ? line : [{ content: "\n", color: undefined }, ...line]) {
            const className = token.color === undefined ? undefined : CLASS_BY_COLOR.get(token.color.toLowerCase());
            const blank = token.content.trim() === "";
            // Blanks have no colour: they go with what is before them.
            if (run !== undefined && (blank || run.className === className)) run.text += token.content;
            else {
                flush();
                run = { className: blank ? undefined : className, text: token.content };
            }
        }
    }
    flush();
    return nodes;
}

function span(className: string, value: string): Element {
    return {
        type: "element",
        tagName: "span",
        properties: { className: [className] },
        children: [{ type: "text", value }],
    };
}

/** Every class that `highlight` gives. */
export const TOKEN_CLASSES = CLASSES.map(([name]) => name);
