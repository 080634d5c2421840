import * as z from "zod";
import type { Fault } from "../fault";

/** What people read about a key: in Pulumi.yaml, in docs/reference/settings.md and in errors. */
export interface FieldDoc {
    readonly description: string;
    /** Completes "wanted ...": `an IP address or hostname`. */
    readonly wanted: string;
    /** The stack file must hold it encrypted, and nothing may show it. */
    readonly secret?: true;
    /** A default that is computed: `ssh.user`. */
    readonly defaultText?: string;
}

/** Every schema of a key is registered here at the moment it is made; a test fails for one that is not. */
export const fieldDocs = z.registry<FieldDoc>();

/** Why a value of the right type is wrong. What is left out comes from the value and the key's own documentation. */
export type Objection = Partial<Pick<Fault, "found" | "wanted" | "hint">>;

/** A text with its own rule. The rule returns what is wrong, or undefined. */
export function text(rule: (value: string) => Objection | boolean) {
    return z.string().superRefine((value, context) => {
        const verdict = rule(value);
        if (verdict !== true) report(context, [], verdict === false ? {} : verdict);
    });
}

/** Reports a fault from within a refinement, at a path below the value that is refined. */
export function report(context: z.RefinementCtx, path: PropertyKey[], objection: Objection): void {
    context.addIssue({ code: "custom", path, params: objection });
}

/** A secret: any text that isn't empty or made of blanks. */
export function secret(rule: (value: string) => Objection | boolean = () => true) {
    return text((value) => (value.trim() === "" ? { found: "an empty text" } : rule(value)));
}

export function wholeNumber(minimum: number, maximum: number) {
    return z.int().min(minimum).max(maximum);
}

export const sha256Schema = text((value) => /^[0-9a-f]{64}$/.test(value));
