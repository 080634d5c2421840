import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** One input file: its path below the artifact's folder, whether it can be executed, and the sha256 of its content. */
export interface InputFile {
    readonly path: string;
    readonly executable: boolean;
    readonly sha256: string;
}

/** All that decides what an artifact is. */
export interface KeyInputs {
    readonly files: readonly InputFile[];
    /** Keys of the artifacts it needs, by name. */
    readonly needs: Readonly<Record<string, string>>;
    /** The sha256 of the machine's files that become part of it, by path. */
    readonly hostFiles: Readonly<Record<string, string>>;
    /** `go version`'s third word, or nothing when Go is not used. */
    readonly goVersion?: string;
    /** Node's name for the processor. */
    readonly architecture: string;
}

/** Tests and texts for people change nothing that is built. */
const notInputs = /(_test\.go|\.md)$/;

/** The artifact's key: 16 hexadecimal digits of a sha256 over its inputs, whatever order they come in. */
export function artifactKey(inputs: KeyInputs): string {
    const sorted = (record: Readonly<Record<string, string>>): [string, string][] =>
        Object.entries(record).sort(([a], [b]) => compare(a, b));
    const files = inputs.files
        .filter((file) => !notInputs.test(file.path))
        .map((file) => [file.path, file.executable, file.sha256] as const)
        .sort(([a], [b]) => compare(a, b));
    const text = JSON.stringify([
        files,
        sorted(inputs.needs),
        sorted(inputs.hostFiles),
        inputs.goVersion ?? "",
        inputs.architecture,
    ]);
    return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function compare(a: string, b: string): number {
    return a < b ? -1 : a > b ? 1 : 0;
}

export function fileSha256(path: string): string {
    return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Every file below a folder, without the folders that are artifacts of their own (`excluded`, absolute paths). */
export function inputFiles(folder: string, excluded: readonly string[]): InputFile[] {
    const files: InputFile[] = [];
    const walk = (relative: string): void => {
        for (const entry of readdirSync(join(folder, relative), { withFileTypes: true })) {
            const path = relative === "" ? entry.name : `${relative}/${entry.name}`;
            const absolute = join(folder, path);
            if (entry.isDirectory()) {
                if (!excluded.includes(absolute)) {
                    walk(path);
                }
            } else {
                const executable = (statSync(absolute).mode & 0o111) !== 0;
                files.push({ path, executable, sha256: fileSha256(absolute) });
            }
        }
    };
    walk("");
    return files;
}
