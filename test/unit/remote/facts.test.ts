import assert from "node:assert/strict";

import { z } from "zod";

import { stepFacts } from "../../../components/remote";
import { parseFacts } from "../../../components/remote/facts";

const asking = stepFacts.extend({ shellNoise: z.string() });
const facts = '{"changes":["wrote a file"]}';

describe("facts of a step", () => {
    const cases = [
        { title: "none", stdout: `${facts}\n`, noise: "" },
        { title: "empty lines", stdout: `\n  \n${facts}`, noise: "" },
        { title: "lines", stdout: `\nWelcome, stranger\r\nsecond\n${facts}\n\n`, noise: "Welcome, stranger" },
        { title: "a long line", stdout: `${"x".repeat(500)}\n${facts}`, noise: "x".repeat(80) },
        { title: "facts of something else", stdout: `{"changes":[]}\n${facts}`, noise: '{"changes":[]}' },
    ];
    for (const { title, stdout, noise } of cases) {
        it(`tell a login shell's noise to whom it concerns: ${title}`, () => {
            assert.deepEqual(parseFacts("laptop-a", asking, stdout), {
                changes: ["wrote a file"],
                shellNoise: noise,
            });
            assert.deepEqual(parseFacts("laptop-a", stepFacts, stdout), { changes: ["wrote a file"] });
        });
    }

    for (const stdout of ["", "noise", `${facts}\nnoise of .bash_logout`, "{"]) {
        it(`are missed without being quoted: ${JSON.stringify(stdout)}`, () => {
            assert.throws(() => parseFacts("laptop-a", stepFacts, stdout), {
                message:
                    "laptop-a: the step's last line is not one JSON object of facts; is something in the login shell's start-up files printing after commands?",
            });
        });
    }

    for (const [stdout, message] of [
        [
            "{}",
            "laptop-a: the step's facts are not as expected: changes: Invalid input: expected array, received undefined",
        ],
        [
            "null",
            "laptop-a: the step's facts are not as expected: changes: Invalid input: expected array, received undefined",
        ],
        ["3", "laptop-a: the step's facts are not as expected: : Invalid input: expected object, received number"],
    ] as const) {
        it(`are named when they are not as expected: ${stdout}`, () => {
            assert.throws(() => parseFacts("laptop-a", stepFacts, stdout), { message });
        });
    }
});
