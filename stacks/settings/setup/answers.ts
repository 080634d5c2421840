import { readFileSync, statSync } from "node:fs";
import * as z from "zod";
import { parse } from "yaml";
import { SetupError } from "./host-keys";

const answersSchema = z.strictObject({
    /** As in a stack file, without the prefix, secrets in plain text. */
    settings: z.record(z.string(), z.unknown()),
    /** Fingerprints to expect, by the laptop's name; `jump host` for the jump host. */
    fingerprints: z.record(z.string(), z.string()).default({}),
    /** Without one, one is generated and printed. */
    passphrase: z.string().optional(),
    /** Replace a stack file that exists. */
    overwrite: z.boolean().default(false),
    /** Write the file even though a laptop cannot be logged in to. */
    writeAnyway: z.boolean().default(false),
});

export type Answers = z.output<typeof answersSchema>;

/**
 * Reads the answers of an unattended setup.
 *
 * @throws SetupError when the file is readable by others, or is not what it should be.
 */
export function readAnswers(path: string): Answers {
    let text: string;
    try {
        text = readFileSync(path, "utf8");
    } catch (error) {
        throw new SetupError(`${path} cannot be read (${String((error as NodeJS.ErrnoException).code)})`);
    }
    const mode = statSync(path).mode & 0o777;
    if ((mode & 0o077) !== 0) {
        throw new SetupError(
            `${path} holds secrets and others can read it (mode ${mode.toString(8)}): chmod 600 ${path}`,
        );
    }
    let content: unknown;
    try {
        content = parse(text);
    } catch {
        // The parser's own message quotes the text around the fault, and that may be a secret.
        throw new SetupError(`${path} is not valid YAML`);
    }
    const result = answersSchema.safeParse(content);
    if (result.success) return result.data;
    const keys = Object.keys(answersSchema.shape).join(", ");
    const faults = result.error.issues.map((issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`);
    throw new SetupError(`${path}: ${faults.join("; ")}. The keys are ${keys}`);
}
