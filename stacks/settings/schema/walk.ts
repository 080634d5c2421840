import * as z from "zod";
import type { KeyPath } from "../path";
import { fieldDocs, type FieldDoc } from "./field";

/** The schema inside `.optional()`, `.default()`, `.prefault()` and `.transform()`. */
export function unwrap(schema: z.ZodType): z.ZodType {
    if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
        return unwrap(schema.unwrap() as z.ZodType);
    }
    return schema instanceof z.ZodPipe ? unwrap(schema.in as z.ZodType) : schema;
}

/** The schema one step further down, or undefined where the schema knows no such step. */
export function child(schema: z.ZodType, step: PropertyKey): z.ZodType | undefined {
    const inner = unwrap(schema);
    if (inner instanceof z.ZodObject) {
        const shape = inner.shape as Record<PropertyKey, z.ZodType>;
        // A stack file may well have a key called `constructor`.
        return Object.hasOwn(shape, step) ? shape[step] : undefined;
    }
    if (inner instanceof z.ZodArray) return inner.element as z.ZodType;
    if (inner instanceof z.ZodRecord) return inner.valueType as z.ZodType;
    return undefined;
}

/** Keys and schemas of a map with fixed keys; undefined for anything else. */
export function fields(schema: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined {
    const inner = unwrap(schema);
    return inner instanceof z.ZodObject ? inner.shape : undefined;
}

export function docOf(schema: z.ZodType): FieldDoc | undefined {
    return fieldDocs.get(schema);
}

/** The documentation of the key at a path, or of the nearest key around it. */
export function docAt(root: z.ZodType, path: KeyPath): FieldDoc | undefined {
    let schema: z.ZodType | undefined = root;
    let doc = docOf(root);
    for (const step of path) {
        schema = child(schema, step);
        if (schema === undefined) break;
        doc = docOf(schema) ?? doc;
    }
    return doc;
}

/** Every value in `raw` for which the schema has a key, deepest first, with the key's documentation. */
export function* documented(
    schema: z.ZodType,
    raw: unknown,
    path: KeyPath = [],
): Generator<{ path: KeyPath; doc: FieldDoc; value: unknown }> {
    if (typeof raw === "object" && raw !== null) {
        const entries: [PropertyKey, unknown][] = Array.isArray(raw) ? [...raw.entries()] : Object.entries(raw);
        for (const [step, value] of entries) {
            const next = child(schema, step);
            if (next !== undefined) yield* documented(next, value, [...path, step]);
        }
    }
    const doc = docOf(schema);
    if (doc !== undefined && raw !== undefined) yield { path, doc, value: raw };
}
