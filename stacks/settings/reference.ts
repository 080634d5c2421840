import * as z from "zod";
import { fieldDocs, type FieldDoc } from "./schema/field";
import { settingsSchema } from "./schema";
import { fields, unwrap } from "./schema/walk";

/** One key as the reference describes it. */
export interface Entry {
    /** `laptops[].nodeIp`; `*` stands for any key of a map. */
    readonly key: string;
    readonly type: string;
    /** Shown in code style: a default as JSON. Undefined for a key without one. */
    readonly default?: string;
    readonly required: boolean;
    readonly doc: FieldDoc;
}

/** Every key of a section below its own, in the order of the schema. */
export function entriesOf(section: string): Entry[] {
    const schema = (settingsSchema.shape as Record<string, z.ZodType>)[section];
    if (schema === undefined) throw new Error(`no section ${section}`);
    return [...below(section, schema)];
}

/** @throws Error for a key that nobody described. */
export function describe(schema: z.ZodType, key: string): FieldDoc {
    const doc = fieldDocs.get(schema);
    if (doc === undefined) throw new Error(`${key} has no description`);
    return doc;
}

function* below(key: string, schema: z.ZodType): Generator<Entry> {
    const inner = unwrap(schema);
    const [shape, prefix] =
        inner instanceof z.ZodArray
            ? [fields(inner.element as z.ZodType), `${key}[]`]
            : inner instanceof z.ZodRecord
              ? [fields(inner.valueType as z.ZodType), `${key}.*`]
              : [fields(schema), key];
    for (const [name, field] of Object.entries(shape ?? {})) {
        const path = `${prefix}.${name}`;
        yield toEntry(path, field);
        yield* below(path, field);
    }
}

function toEntry(key: string, schema: z.ZodType): Entry {
    const doc = describe(schema, key);
    // A map's default is the defaults of its keys, which stand in lines of their own.
    const value = fields(schema) === undefined ? schema.safeParse(undefined).data : undefined;
    const shown = doc.defaultText ?? (value === undefined ? undefined : `\`${JSON.stringify(value)}\``);
    return {
        key,
        type: typeName(schema),
        required: !schema.safeParse(undefined).success,
        doc,
        ...(shown === undefined ? {} : { default: shown }),
    };
}

/** The type in the words of Pulumi's project file: string, integer, boolean, array, object. */
export function typeName(schema: z.ZodType): "string" | "integer" | "boolean" | "array" | "object" {
    const inner = unwrap(schema);
    if (inner instanceof z.ZodString || inner instanceof z.ZodEnum) return "string";
    if (inner instanceof z.ZodNumber) return "integer";
    if (inner instanceof z.ZodBoolean) return "boolean";
    return inner instanceof z.ZodArray ? "array" : "object";
}
