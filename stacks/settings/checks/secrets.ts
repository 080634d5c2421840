import type * as z from "zod";
import type { Fault } from "../fault";
import { formatPath, type KeyPath } from "../path";
import { child, docOf, documented, fields } from "../schema/walk";

/** Which values of the stack file are encrypted, as far as that can be known. */
export interface Secrecy {
    /** Sections that Pulumi marks as holding a secret (`ssh`). */
    readonly sections: ReadonlySet<string>;
    /** Formatted paths of the encrypted values, where the stack file could be read. */
    readonly leaves?: ReadonlySet<string>;
}

/** Whether a value is, or may be, encrypted in the stack file. */
export function isEncrypted(path: KeyPath, { sections, leaves }: Secrecy): boolean {
    if (leaves === undefined) return sections.has(String(path[0]));
    return path.some((_, index) => leaves.has(formatPath(path.slice(0, index + 1))));
}

export function checkSecrecy(schema: z.ZodType, raw: unknown, secrecy: Secrecy): Fault[] {
    return [...plainSecrets(schema, raw, secrecy), ...strayCiphertext(schema, raw, secrecy)];
}

/** Secrets that stand in plain text in the stack file, and so in its history. */
function plainSecrets(schema: z.ZodType, raw: unknown, secrecy: Secrecy): Fault[] {
    const faults: Fault[] = [];
    for (const { path, doc, value } of documented(schema, raw)) {
        if (doc.secret !== true || typeof value !== "string" || isEncrypted(path, secrecy)) continue;
        faults.push({
            path,
            found: "a secret in plain text",
            wanted: "an encrypted value",
            hint: `Run: pulumi config set --secret --path ${quote(formatPath(path))}; if the file was ever shared, change the secret as well`,
        });
    }
    return faults;
}

/**
 * Encrypted values where no secret is expected: the program would handle them as plain text, so that a password hidden
 * in k3s.config, say, would be shown in every preview.
 */
function strayCiphertext(schema: z.ZodType, raw: unknown, { leaves }: Secrecy): Fault[] {
    const faults: Fault[] = [];
    if (leaves === undefined) return faults;
    const visit = (value: unknown, path: KeyPath, at: z.ZodType | undefined): void => {
        if (leaves.has(formatPath(path))) {
            if (at === undefined || docOf(at)?.secret !== true) {
                faults.push({
                    path,
                    found: "an encrypted value",
                    wanted: "plain text",
                    hint: "Only passwords, private keys and tokens are encrypted, each by itself",
                });
            }
            return;
        }
        if (typeof value !== "object" || value === null) return;
        const entries: [PropertyKey, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
        for (const [step, item] of entries) {
            const next = at && child(at, step);
            // An unknown key has its own fault; what lies in a map of free keys is looked at.
            if (next !== undefined || at === undefined || fields(at) === undefined) visit(item, [...path, step], next);
        }
    };
    visit(raw, [], schema);
    return faults;
}

/** Brackets and quotes mean something to a shell. */
function quote(path: string): string {
    return /^[\w.]+$/.test(path) ? path : `'${path}'`;
}
