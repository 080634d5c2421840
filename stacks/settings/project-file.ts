import type * as z from "zod";
import { Document, type YAMLMap } from "yaml";
import { describe, entriesOf, typeName } from "./reference";
import { settingsSchema } from "./schema";
import { unwrap } from "./schema/walk";

/** First line of every generated file. */
export const GENERATED = "Generated from stacks/settings by `npx ts-node -T stacks/settings/generate.ts`. Do not edit.";

/**
 * Pulumi.yaml. Pulumi checks a stack's config against its `config:` block, one level deep, and refuses a stack that
 * lacks a key without a default; the rest is checked by the program itself
 * (sdk/go/common/workspace/{project.json,config.go} at v3.248.0).
 */
export function projectFile(): string {
    const document = new Document({
        name: "onprem-blog",
        description: "Two Ubuntu laptops at home become a k3s cluster which builds, ships and serves a blog.",
        runtime: {
            name: "nodejs",
            options: { typescript: true, packagemanager: "npm", nodeargs: "--require=./stacks/transpile-only.cjs" },
        },
        main: "index.ts",
        config: Object.fromEntries(
            Object.entries(settingsSchema.shape).map(([key, schema]) => [key, declaration(key, schema)]),
        ),
    });
    document.commentBefore = ` ${GENERATED}`;
    for (const { value } of (document.get("config") as YAMLMap<string, YAMLMap>).items) {
        const description = value?.get("description", true);
        if (description !== undefined) (description as { type?: string }).type = "BLOCK_LITERAL";
    }
    return document.toString({ lineWidth: 0 });
}

function declaration(key: string, schema: z.ZodType): Record<string, unknown> {
    const type = typeName(schema);
    return {
        type,
        ...(type === "array" ? { items: { type: typeName((unwrap(schema) as z.ZodArray).element as z.ZodType) } } : {}),
        description: description(key, schema),
        ...(schema.safeParse(undefined).success ? { default: schema.safeParse(undefined).data } : {}),
    };
}

function description(key: string, schema: z.ZodType): string {
    const lines = entriesOf(key).map((entry) => {
        const parts: string[] = [entry.type];
        if (entry.doc.secret === true) parts.push("secret");
        if (entry.required) parts.push("required");
        if (entry.default !== undefined) parts.push(`default ${entry.default.replaceAll("`", "")}`);
        return `${entry.key} (${parts.join(", ")}): ${entry.doc.description.replaceAll("`", "")}`;
    });
    return [describe(schema, key).description.replaceAll("`", ""), ...lines].join("\n");
}
