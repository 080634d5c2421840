import type * as z from "zod";

import type { AdminStrings } from "../i18n/admin";

/** What is wrong with a body, by the field's path ("title", "tags.0"); "" for the body as a whole. */
export function fieldMessages(error: z.ZodError, words: AdminStrings["errors"]): Record<string, string> {
    const fields: Record<string, string> = {};
    // The first fault of a field is the one to mend first.
    for (const issue of error.issues) fields[issue.path.join(".")] ??= messageOf(issue, words);
    return fields;
}

function messageOf(issue: z.core.$ZodIssue, words: AdminStrings["errors"]): string {
    switch (issue.code) {
        case "too_big":
            if (issue.origin === "array") return words.tooMany(Number(issue.maximum));
            return issue.origin === "string" ? words.tooLong(Number(issue.maximum)) : words.invalid;
        case "too_small":
            if (issue.origin === "string" && Number(issue.minimum) === 1) return words.required;
            return issue.origin === "string" ? words.tooShort(Number(issue.minimum)) : words.invalid;
        case "invalid_type":
            if (issue.expected === "number" || issue.expected === "int") return words.numberWanted;
            return issue.input === undefined ? words.required : words.invalid;
        case "invalid_value":
            return words.choiceWanted(issue.values.map(String).join(", "));
        case "unrecognized_keys":
            return words.unknownKey(issue.keys.join(", "));
        case "custom":
            return issue.message === "" ? words.invalid : issue.message;
        default:
            return words.invalid;
    }
}
