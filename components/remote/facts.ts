import { z } from "zod";

import { runError } from "./run-error";

/** What every step tells: the changes it made on the host, in words; none means `unchanged`. */
export const stepFacts = z.object({ changes: z.array(z.string()) });

/** Longest piece of a login shell's noise that is told. */
const noiseCharacters = 80;

/**
 * Reads the facts of a step from what it wrote to stdout: one JSON object on the last line that isn't empty.
 * What a login shell's start-up files printed before is ignored, but for a schema that asks for `shellNoise`:
 * it gets the first line of it, empty where there was none.
 *
 * @throws pulumi.RunError naming the host, without what was read: it may hold secrets.
 */
export function parseFacts<Facts>(host: string, schema: z.ZodType<Facts>, stdout: string): Facts {
    const lines = stdout.trimEnd().split("\n");
    const lastLine = lines.pop() ?? "";
    const shellNoise = (lines.find((line) => line.trim() !== "") ?? "").trim().slice(0, noiseCharacters);
    let json: unknown;
    try {
        json = JSON.parse(lastLine);
    } catch {
        throw runError(
            `${host}: the step's last line is not one JSON object of facts; is something in the login shell's start-up files printing after commands?`,
        );
    }
    const parsed = schema.safeParse(typeof json === "object" ? { ...json, shellNoise } : json);
    if (!parsed.success) {
        const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
        throw runError(`${host}: the step's facts are not as expected: ${faults.join("; ")}`);
    }
    return parsed.data;
}
