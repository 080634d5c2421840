import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";

import * as ts from "typescript";

const root = path.resolve(__dirname, "../../..");
const runbooks = path.join(root, "docs/runbooks");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const pages = readdirSync(runbooks).filter((file) => file.endsWith(".md") && file !== "README.md");

/** Files that tell an operator of a fault, beside every script of a component. */
const tellers = [
    "components/laptop/judge.ts",
    "components/laptop/preflight.ts",
    "components/k3s/version.ts",
    "components/remote/facts.ts",
];
const scripts = readdirSync(path.join(root, "components"))
    .map((component) => path.join("components", component, "scripts"))
    .flatMap((folder) => listScripts(folder).map((file) => path.join(folder, file)));

function listScripts(folder: string): string[] {
    try {
        return readdirSync(path.join(root, folder)).filter((file) => file.endsWith(".sh"));
    } catch {
        return [];
    }
}

/** A message without its laptop's name, up to its first advice; `*` stands for a variable. A page has as much of it. */
function start(message: string): string {
    const [first = ""] = message.replace(/^(?:\*|<\w+>): /, "").split(/; |\. |\n/);
    return first.replace(/:$/, "").trim();
}

/** What `fail` and `stop` are given, and what a function prints that a message is made by. */
function messagesOfScript(text: string): string[] {
    let plain = text;
    for (let before = ""; before !== plain;) {
        before = plain;
        // From the inside out.
        plain = plain.replace(/\$\([^()]*\)|\$\{[^{}]*\}/g, "*");
    }
    plain = plain.replace(/\$\w+/g, "*");
    const given = [...plain.matchAll(/(?:fail|stop) "([^"]*)/g)].map(([, message = ""]) => message);
    const printed = [...plain.matchAll(/^way_out\(\) \{\s+printf '([^']*)/gm)].map(([, message = ""]) =>
        message.replaceAll("%s", "*"),
    );
    return [...given, ...printed].map(start).filter((message) => message !== "*");
}

/** Every text that goes on with an advice, or that an error is made of; not the parts that are variables of their own. */
function messagesOfTypeScript(text: string): string[] {
    const messages: string[] = [];
    const visit = (node: ts.Node): void => {
        const isError = ts.isCallExpression(node.parent) && node.parent.expression.getText() === "runError";
        const message = literal(node);
        if (message !== undefined && !ts.isVariableDeclaration(node.parent) && (message.includes("; ") || isError)) {
            messages.push(start(message));
        }
        node.forEachChild(visit);
    };
    ts.createSourceFile("", text, ts.ScriptTarget.Latest, true).forEachChild(visit);
    return messages.filter((message) => message !== "");
}

function literal(node: ts.Node): string | undefined {
    if (ts.isStringLiteralLike(node)) return node.text;
    if (!ts.isTemplateExpression(node)) return undefined;
    return node.head.text + node.templateSpans.map((span) => `*${span.literal.text}`).join("");
}

/** The messages that a page answers: its heading, and the list before its first section. */
function messagesOfPage(file: string): string[] {
    const [head = ""] = readFileSync(path.join(runbooks, file), "utf8").split("\n## ");
    return [...head.matchAll(/^(?:#|-) `(.+)`$/gm)].map(([, message = ""]) => message);
}

function isAnswered(message: string): boolean {
    const pattern = message
        .split("*")
        .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
        .join(".+");
    return answered.some((known) => new RegExp(`^${pattern}$`).test(start(known)));
}

const answered = pages.flatMap(messagesOfPage);

describe("the runbooks", () => {
    for (const file of [...scripts, ...tellers]) {
        const messages = file.endsWith(".sh") ? messagesOfScript(read(file)) : messagesOfTypeScript(read(file));
        if (messages.length > 0) {
            it(`answer every message of ${file}`, () => {
                assert.deepEqual(
                    messages.filter((message) => !isAnswered(message)),
                    [],
                );
            });
        }
    }

    it("find the messages there are", () => {
        const found = [
            ...messagesOfScript(read("components/remote/scripts/library.sh")),
            ...messagesOfScript(read("components/k3s/scripts/cluster.sh")),
            ...messagesOfTypeScript(read("components/laptop/judge.ts")),
        ];
        for (const message of [
            "another run holds the lock * (*)",
            "can't write * (free: *)",
            "* is not Ready, and nothing answers at *",
            "the operating system is *",
            "systemd does not run",
            "runs on battery*",
            "* an agent, and * holds no data of its server",
        ]) {
            assert.ok(found.includes(message), `wanted: ${message}\nfound:\n${found.join("\n")}`);
        }
    });

    it("are named by their message, and say what it means, what to do, and how to see that it's over", () => {
        for (const file of pages) {
            const [message = ""] = messagesOfPage(file);
            const name = path.basename(file, ".md");
            assert.ok(slug(message).startsWith(name), `${file}: wanted the start of ${slug(message)}.md`);
            const sections = [...readFileSync(path.join(runbooks, file), "utf8").matchAll(/^## (.+)$/gm)];
            assert.deepEqual(
                sections.map(([, title]) => title).filter((title) => title !== "What was changed"),
                ["What it means", "What to do", "How to see that it's over"],
                file,
            );
        }
    });

    it("are all in the index, by every message", () => {
        const index = read("docs/runbooks/README.md");
        for (const file of pages) {
            for (const message of messagesOfPage(file)) {
                assert.ok(index.includes(`[\`${message}\`](${file})`), `wanted: [\`${message}\`](${file})`);
            }
        }
    });
});

function slug(message: string): string {
    return message
        .toLowerCase()
        .replace(/<[^>]*>|'/g, "")
        .replace(/[^a-z0-9]+/g, "-")
        .replace(/^-|-$/g, "");
}
