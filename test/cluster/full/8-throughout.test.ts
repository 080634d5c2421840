import assert from "node:assert/strict";

import { interruptions, runAndInterrupt } from "../interruptions";
import { assertOk, at, destroyStack, run, writeStackFile, type Change } from "../support";

const stack = "interrupted-everywhere";
const steps = [
    { laptop: "laptop-b", step: "prepare" },
    { laptop: "laptop-a", step: "stage k3s" },
    { laptop: "laptop-a", step: "install k3s" },
    { laptop: "laptop-a", step: "node laptop-a" },
    { laptop: "laptop-b", step: "install k3s" },
    { laptop: "laptop-a", step: "let the program in" },
] as const;

/** Every way of cutting a run off, in every step of an installation; 8-interrupted tries each way and each step once. */
describe("an installation that is cut off in every step", function () {
    this.timeout(900_000);

    const removable: Change = (stackFile) => {
        stackFile.setIn(at("k3s", "allowRemoval"), true);
        stackFile.setIn(at("k3s", "removeData"), true);
    };

    before(async () => {
        // Bare laptops to begin with: takes off what the files before left.
        assertOk(await run("interrupted", removable));
        assertOk(await destroyStack("interrupted"));
    });

    for (const by of Object.keys(interruptions)) {
        it(`by ${by}, is finished by the next run`, async () => {
            writeStackFile(stack, removable);
            let cutOff = 0;
            for (const step of steps) {
                cutOff += (await runAndInterrupt(stack, { ...step, by })) ? 1 : 0;
            }
            assert.ok(cutOff >= 3, `${cutOff} of ${steps.length} runs were cut off`);
            assertOk(await run(stack, removable));
            assertOk(await destroyStack(stack));
        });
    }
});
