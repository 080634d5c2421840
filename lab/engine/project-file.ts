/** What the engine needs of Pulumi.yaml: the project's name, its entry point, and the defaults of its config keys. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";

/** Config values travel as text: strings as they are, all else as JSON. */
export function configText(value: unknown): string {
    return typeof value === "string" ? value : JSON.stringify(value);
}

export interface ProjectFile {
    readonly name: string;
    /** The program, relative to the project's folder; "." leaves the choice to the SDK (package.json's main). */
    readonly main: string;
    /** Full config key -> text, for keys a stack file may leave out. */
    readonly defaults: Record<string, string>;
}

/** Reads `Pulumi.yaml` in the folder. */
export async function readProjectFile(folder: string): Promise<ProjectFile> {
    const file = parse(await readFile(join(folder, "Pulumi.yaml"), "utf8")) as {
        name?: unknown;
        main?: unknown;
        config?: Record<string, unknown>;
    } | null;
    if (typeof file?.name !== "string") {
        throw new Error(`${folder}/Pulumi.yaml: name is missing`);
    }
    const name = file.name;
    const defaults: Record<string, string> = {};
    for (const [key, declared] of Object.entries(file.config ?? {})) {
        const value = defaultOf(declared);
        if (value !== undefined) {
            defaults[key.includes(":") ? key : `${name}:${key}`] = configText(value);
        }
    }
    return { name, main: typeof file.main === "string" ? file.main : ".", defaults };
}

/** A declared key is a bare value, or a description with `default` or `value`. */
function defaultOf(declared: unknown): unknown {
    if (typeof declared !== "object" || declared === null || Array.isArray(declared)) {
        return declared ?? undefined;
    }
    const { default: byDefault, value } = declared as { default?: unknown; value?: unknown };
    return byDefault ?? value;
}
