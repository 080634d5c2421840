import * as z from "zod";
import { valueAt, type KeyPath } from "./path";
import type { Shape } from "./schema";
import { fields, unwrap } from "./schema/walk";

type DeepPartial<T> = T extends (infer Item)[]
    ? (DeepPartial<Item> | undefined)[]
    : T extends Record<string, unknown>
      ? string extends keyof T
          ? T
          : { [Key in keyof T]?: DeepPartial<T[Key]> }
      : T;

/** Settings of which the faulty parts are missing. */
export type Draft = DeepPartial<Shape>;

/** What the cross-checks look at. */
export interface View {
    readonly settings: Draft;
    /** Whether the stack file says anything at this path: a draft lacks what is wrong as well as what is missing. */
    readonly isSet: (...path: KeyPath) => boolean;
}

export function view(schema: z.ZodType, raw: unknown): View {
    return { settings: draft(schema, raw), isSet: (...path) => valueAt(raw, path) !== undefined };
}

/**
 * What is right in settings that may be wrong elsewhere, with defaults filled in: the cross-checks read this, so that a
 * stack file's faults all come at once and none is reported twice.
 */
function draft(schema: z.ZodType, raw: unknown): Draft {
    return salvage(schema, raw) ?? {};
}

function salvage(schema: z.ZodType, raw: unknown): unknown {
    const shape = fields(schema);
    if (shape !== undefined) {
        if (raw === undefined && schema.safeParse(undefined).data === undefined) return undefined;
        if (raw !== undefined && (typeof raw !== "object" || raw === null || Array.isArray(raw))) return undefined;
        const map = (raw ?? {}) as Record<string, unknown>;
        return Object.fromEntries(
            Object.entries(shape).map(([key, field]) => [
                key,
                salvage(field, Object.hasOwn(map, key) ? map[key] : undefined),
            ]),
        );
    }
    const inner = unwrap(schema);
    if (inner instanceof z.ZodArray && Array.isArray(raw)) {
        return raw.map((item) => salvage(inner.element as z.ZodType, item));
    }
    return schema.safeParse(raw).data;
}
