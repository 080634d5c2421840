import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";

const root = path.resolve(__dirname, "../../..");

function markdownUnder(folder: string): string[] {
    return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".md"))
        .map((file) => path.join(folder, file));
}

/** Targets of the links of a page that are files of this repository, without what follows a `#`. */
function relativeLinks(text: string): string[] {
    const prose = text.replace(/^```[^]*?^```/gm, "");
    return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target = ""]) => target.replace(/#.*$/, ""))
        .filter((target) => target !== "" && !/^[a-z]+:/.test(target));
}

describe("the documentation's links", () => {
    const files = [
        "README.md",
        "CONTRIBUTING.md",
        "blog-app/README.md",
        ...markdownUnder("docs"),
        ...markdownUnder("components"),
    ];

    it("lead to files that are there", () => {
        const dead = files.flatMap((file) =>
            relativeLinks(readFileSync(path.join(root, file), "utf8"))
                .filter((target) => !existsSync(path.join(root, path.dirname(file), target)))
                .map((target) => `${file}: ${target}`),
        );
        assert.deepEqual(dead, []);
    });

    it("are found", () => {
        assert.deepEqual(relativeLinks("[a](b.md#c), [d](https://example.org), [e](#f)\n```\n[g](h)\n```\n"), ["b.md"]);
    });
});
