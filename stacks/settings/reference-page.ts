import { GENERATED } from "./project-file";
import { describe, entriesOf, typeName, type Entry } from "./reference";
import { settingsSchema } from "./schema";

const INTRODUCTION = `# Settings

Every key of a stack file (\`Pulumi.<stack>.yaml\`), under \`config:\` and with the prefix \`onprem-blog:\`. The keys of a
section are set with \`pulumi config set --path k3s.version v1.36.5+k3s1\`, those marked secret with
\`pulumi config set --secret --path ssh.sudoPassword\`; \`npm run setup\` writes a whole file. An unknown key, a wrong value
and a secret in plain text are faults; the program lists all of them at once, before it touches a laptop.`;

/** docs/reference/settings.md, before prettier has aligned its tables. */
export function referencePage(): string {
    const sections = Object.entries(settingsSchema.shape).map(([key, schema]) => {
        const doc = describe(schema, key);
        const required = schema.safeParse(undefined).success ? "" : ", required";
        return [`## ${key}`, `${doc.description} (${typeName(schema)}${required})`, ...table(entriesOf(key))].join(
            "\n\n",
        );
    });
    return [`<!-- ${GENERATED} -->`, INTRODUCTION, ...sections].join("\n\n") + "\n";
}

function table(entries: readonly Entry[]): string[] {
    if (entries.length === 0) return [];
    const rows = entries.map((entry) => {
        const cells = [
            `\`${entry.key}\``,
            entry.type,
            entry.required ? "required" : (entry.default ?? ""),
            entry.doc.secret === true ? "yes" : "",
            `${entry.doc.description} Wanted: ${entry.doc.wanted}.`,
        ];
        return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    });
    return [["| Key | Type | Default | Secret | Description |", "| --- | --- | --- | --- | --- |", ...rows].join("\n")];
}
