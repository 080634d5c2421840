import type * as z from "zod";
import { show, type Fault } from "./fault";
import { formatPath, valueAt, type KeyPath } from "./path";
import type { Objection } from "./schema/field";
import { child, docAt, fields } from "./schema/walk";
import { didYouMean, nearest } from "./suggest";

/**
 * For `safeParse`: faults have words of their own, and zod's throw for a map with an odd `constructor` key (zod 4.6.7,
 * locales/en: the type's name).
 */
export const WITHOUT_MESSAGES = { error: () => "fault" };

/** The faults that a zod schema finds, in the words of its keys' documentation. */
export function toFaults(
    schema: z.ZodType,
    raw: unknown,
    issues: readonly z.core.$ZodIssue[],
    isHidden: (path: KeyPath) => boolean,
): Fault[] {
    return issues.flatMap((issue): Fault[] => {
        if (issue.code === "unrecognized_keys") {
            return issue.keys.map((key) => unknownKey(schema, issue.path, key));
        }
        const value = valueAt(raw, issue.path);
        const doc = docAt(schema, issue.path);
        const wanted = doc?.wanted ?? "another value";
        const found =
            value === undefined ? {} : { found: doc?.secret || isHidden(issue.path) ? kind(value) : show(value) };
        switch (issue.code) {
            case "custom": {
                const objection = (issue.params ?? {}) as Objection;
                return [{ path: issue.path, wanted, ...found, ...objection }];
            }
            case "invalid_value": {
                const known = issue.values.map(String);
                const meant = typeof value === "string" ? nearest(value, known) : undefined;
                const hint = meant === undefined ? {} : { hint: `Did you mean "${meant}"?` };
                return [{ path: issue.path, wanted, ...found, ...hint }];
            }
            case "invalid_type":
                return [{ path: issue.path, wanted, ...found, ...typeHint(issue.expected, value) }];
            default:
                return [{ path: issue.path, wanted, ...found }];
        }
    });
}

function unknownKey(schema: z.ZodType, path: KeyPath, key: string): Fault {
    let parent: z.ZodType | undefined = schema;
    for (const step of path) parent = parent && child(parent, step);
    const known = parent === undefined ? [] : Object.keys(fields(parent) ?? {});
    return {
        path: [...path, key],
        found: "an unknown key",
        wanted: path.length === 0 ? "a section of the settings" : `a key of ${formatPath(path)}`,
        hint: didYouMean(key, known, path.length === 0 ? "sections" : "keys"),
    };
}

/** YAML turns `22`, `yes` and `"22"` into three different types without a sound. */
function typeHint(expected: string, value: unknown): { hint?: string } {
    if (expected === "string" && (typeof value === "number" || typeof value === "boolean")) {
        return { hint: "Put it in quotes" };
    }
    const unquoted = expected === "boolean" ? /^(?:true|false)$/ : /^\d+$/;
    if ((expected === "number" || expected === "int" || expected === "boolean") && typeof value === "string") {
        return unquoted.test(value) ? { hint: "Write it without quotes" } : {};
    }
    return {};
}

/** What a value is, where the value itself must not be shown. */
function kind(value: unknown): string {
    if (typeof value === "string") return value === "" ? "an empty text" : "a text (not shown)";
    if (typeof value === "number") return "a number (not shown)";
    return typeof value === "boolean" ? "a truth value (not shown)" : show(value);
}
