import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { projectFile } from "./project-file";
import { referencePage } from "./reference-page";

const ROOT = join(__dirname, "../..");

/** The files that follow from the schemas, by their path in the repository. */
export async function generated(): Promise<Readonly<Record<string, string>>> {
    const files = { "Pulumi.yaml": projectFile(), "docs/reference/settings.md": referencePage() };
    const formatted = Object.entries(files).map(async ([path, text]) => {
        const options = await resolveConfig(join(ROOT, path));
        return [path, await format(text, { ...options, filepath: path })] as const;
    });
    return Object.fromEntries(await Promise.all(formatted));
}

async function main(): Promise<void> {
    for (const [path, text] of Object.entries(await generated())) {
        writeFileSync(join(ROOT, path), text);
        console.log(`wrote ${path}`);
    }
}

if (require.main === module) void main();
