import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

/** What every step tells: the changes it made on the host, in words; none means `unchanged`. */
export const stepFacts = z.object({ changes: z.array(z.string()) });

/**
 * Reads the facts of a step from what it wrote to stdout: one JSON object on the last line that isn't empty.
 * Whatever a login shell's profile printed before is ignored.
 *
 * @throws pulumi.RunError naming the host, without what was read: it may hold secrets.
 */
export function parseFacts<Facts>(host: string, schema: z.ZodType<Facts>, stdout: string): Facts {
    const lastLine = stdout.trimEnd().split("\n").at(-1) ?? "";
    let json: unknown;
    try {
        json = JSON.parse(lastLine);
    } catch {
        throw new pulumi.RunError(
            `${host}: the step's last line is not one JSON object of facts; is something in the login shell's start-up files printing after commands?`,
        );
    }
    const parsed = schema.safeParse(json);
    if (!parsed.success) {
        const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
        throw new pulumi.RunError(`${host}: the step's facts are not as expected: ${faults.join("; ")}`);
    }
    return parsed.data;
}
