import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";

import fc from "fast-check";

import { assignments, quote, type ShellValue } from "../../../components/remote/quote";

/** Lets bash read the assignments and print the variables back, NUL-separated. */
function readBack(values: Record<string, ShellValue>, print: string): string[] {
    const output = execFileSync("bash", ["-s"], { input: `${assignments(values)}${print}\n`, encoding: "utf8" });
    return output.split("\0").slice(0, -1);
}

// bash drops NUL and can't represent lone surrogates, which no UTF-8 text holds.
const text = fc
    .oneof(
        fc.string({ unit: "binary" }),
        fc.string({ unit: fc.constantFrom("'", '"', "\\", "$", "`", "\n", " ", "!", "*", "가", "\t", "}", ";") }),
    )
    .filter((value) => !value.includes("\0"));

describe("quote", () => {
    it("keeps a single quote", () => {
        assert.equal(quote("it's"), `'it'\\''s'`);
    });

    it("refuses a NUL byte", () => {
        assert.throws(() => quote("a\0b"), /NUL byte/);
    });

    it("lets bash read back any string", () => {
        fc.assert(
            fc.property(text, (value) => {
                assert.deepEqual(readBack({ value }, `printf '%s\\0' "$value"`), [value]);
            }),
            { numRuns: 60 },
        );
    });

    it("lets bash read back any list", () => {
        fc.assert(
            fc.property(fc.array(text, { maxLength: 5, minLength: 1 }), (list) => {
                assert.deepEqual(readBack({ list }, `printf '%s\\0' "\${list[@]}"`), list);
            }),
            { numRuns: 40 },
        );
    });

    it("lets bash read back any map", () => {
        const entries = fc.dictionary(
            text.filter((key) => key !== "" && key !== "__proto__"),
            text,
            { minKeys: 1, maxKeys: 4 },
        );
        fc.assert(
            fc.property(entries, (map) => {
                const printed = readBack(
                    { map },
                    `for k in "\${!map[@]}"; do printf '%s\\0%s\\0' "$k" "\${map[$k]}"; done`,
                );
                const pairs = printed.flatMap((key, index) => (index % 2 === 0 ? [[key, printed[index + 1]]] : []));
                assert.deepEqual(Object.fromEntries(pairs), { ...map });
            }),
            { numRuns: 40 },
        );
    });

    it("renders numbers and flags as words, empty lists as empty arrays", () => {
        assert.equal(assignments({ count: 3, on: true, none: [] }), "count='3'\non='true'\ndeclare -a none=()\n");
    });

    for (const name of ["PATH", "a-b", "1a", "", "a b"]) {
        it(`refuses the variable name "${name}"`, () => {
            assert.throws(() => assignments({ [name]: "x" }), /can't be a variable/);
        });
    }
});
