import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { parse } from "yaml";
import type { Architecture, Release } from "./releases";
import { compareVersions, parseVersion } from "./version";

const ARCHITECTURES: readonly Architecture[] = ["amd64", "arm64"];
const DOWNLOAD = "https://github.com/k3s-io/k3s/releases/download";
const TIMEOUT_MS = 30_000;

/** Something the person who pins must decide or repair; the message is all there is to say. */
export class PinError extends Error {
    override readonly name = "PinError";
}

type Sums = Readonly<Partial<Record<Architecture, string>>>;
export type Releases = Readonly<Record<string, Release>>;

/** The names under which a release's files stand in its checksum file. */
function fileNames(architecture: Architecture): Readonly<Record<keyof Release, string>> {
    return {
        binary: architecture === "amd64" ? "k3s" : `k3s-${architecture}`,
        airgapImages: `k3s-airgap-images-${architecture}.tar.zst`,
    };
}

/**
 * The sums of one checksum file (`<sha256>  <file>` per line).
 *
 * @throws PinError when the file is none, or lacks the binary.
 */
export function parseSums(text: string, architecture: Architecture): Readonly<Partial<Record<keyof Release, string>>> {
    const sums = new Map<string, string>();
    for (const line of text.split(/\r?\n/).filter((content) => content.trim() !== "")) {
        const match = /^([0-9a-f]{64})[ \t]+\*?(?:\.\/)?(\S+)$/.exec(line);
        if (match?.[1] === undefined || match[2] === undefined) {
            throw new PinError(
                `sha256sum-${architecture}.txt: not a checksum file; found the line ${JSON.stringify(line.slice(0, 80))}`,
            );
        }
        sums.set(match[2], match[1]);
    }
    const names = fileNames(architecture);
    const binary = sums.get(names.binary);
    const airgapImages = sums.get(names.airgapImages);
    if (binary === undefined) throw new PinError(`sha256sum-${architecture}.txt: has no sum of ${names.binary}`);
    return { binary, ...(airgapImages === undefined ? {} : { airgapImages }) };
}

/**
 * The table with a release added to it.
 *
 * @throws PinError when the table already has another sum for a file: a published release never changes.
 */
export function merge(
    releases: Releases,
    version: string,
    found: Readonly<Partial<Record<Architecture, Readonly<Partial<Record<keyof Release, string>>>>>>,
): { readonly releases: Releases; readonly changes: readonly string[] } {
    const changes: string[] = [];
    const conflicts: string[] = [];
    const mergeSums = (part: keyof Release): Sums => {
        const known: Sums = releases[version]?.[part] ?? {};
        const entries = ARCHITECTURES.flatMap((architecture) => {
            const file = fileNames(architecture)[part];
            const before = known[architecture];
            const sum = found[architecture]?.[part];
            if (before === undefined && sum !== undefined) changes.push(`${file} ${sum}`);
            if (before !== undefined && sum !== undefined && before !== sum) {
                conflicts.push(`${file}: the table has ${before}, the checksum file says ${sum}`);
            }
            const kept = before ?? sum;
            return kept === undefined ? [] : [[architecture, kept] as const];
        });
        return Object.fromEntries(entries);
    };
    const release: Release = { binary: mergeSums("binary"), airgapImages: mergeSums("airgapImages") };
    if (conflicts.length > 0) {
        throw new PinError(
            [
                `!!! ${version} IS KNOWN WITH OTHER SUMS; nothing was changed !!!`,
                ...conflicts.map((conflict) => `  ${conflict}`),
                "A published release never changes: either this checksum file is not the release's own, or the table was wrong.",
                "Find out which before you touch components/k3s/releases.ts.",
            ].join("\n"),
        );
    }
    const versions = [...new Set([...Object.keys(releases), version])].sort(ascending);
    const merged = versions.map((name) => [name, name === version ? release : releases[name]] as const);
    return { releases: Object.fromEntries(merged) as Releases, changes };
}

function ascending(a: string, b: string): number {
    const [left, right] = [parseVersion(a), parseVersion(b)];
    return left === undefined || right === undefined ? a.localeCompare(b) : compareVersions(left, right);
}

const TABLE_START = "export const releases: Readonly<Record<string, Release>> = ";

/** Where the table stands in the module's text. */
function locate(source: string): { readonly start: number; readonly end: number } {
    const start = source.indexOf(TABLE_START);
    const end = source.indexOf("\n};", start);
    if (start === -1 || end === -1) {
        throw new PinError(
            `components/k3s/releases.ts: the line that starts with ${JSON.stringify(TABLE_START)} is gone`,
        );
    }
    return { start: start + TABLE_START.length, end: end + "\n}".length };
}

/** The table of a module's text. It holds nothing but literals, which YAML reads as well as TypeScript does. */
export function readTable(source: string): Releases {
    const { start, end } = locate(source);
    return parse(source.slice(start, end)) as Releases;
}

/** The module's text with another table; what stands around the table stays as it is. */
export async function writeTable(source: string, releases: Releases): Promise<string> {
    const { start, end } = locate(source);
    const { format, resolveConfig } = await import("prettier");
    const text = source.slice(0, start) + JSON.stringify(releases, undefined, 4) + source.slice(end);
    return format(text, { ...(await resolveConfig(__filename)), parser: "typescript" });
}

async function fetchSums(version: string, architecture: Architecture): Promise<string> {
    const url = `${DOWNLOAD}/${encodeURIComponent(version)}/sha256sum-${architecture}.txt`;
    const offline = `Download it elsewhere and name its folder: npm run k3s:pin -- ${version} --from <folder>`;
    let response: Response;
    try {
        response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
        throw new PinError(
            `${url} could not be fetched: ${String(cause instanceof Error ? cause.message : cause)}. ${offline}`,
        );
    }
    if (response.status === 404) throw new PinError(`${url} does not exist: is ${version} a release of k3s?`);
    if (!response.ok) throw new PinError(`${url} could not be fetched: status ${String(response.status)}. ${offline}`);
    return response.text();
}

async function readSums(folder: string, architecture: Architecture): Promise<string> {
    const path = join(folder, `sha256sum-${architecture}.txt`);
    try {
        return await readFile(path, "utf8");
    } catch (error) {
        throw new PinError(`${path} cannot be read (${String((error as NodeJS.ErrnoException).code)})`);
    }
}

async function main(argv: readonly string[]): Promise<void> {
    const command = new Command("npm run k3s:pin --")
        .description(
            "Add the sha256 sums of a k3s release to components/k3s/releases.ts, from the release's own checksum files.",
        )
        .argument("<version>", "a release such as v1.36.5+k3s1")
        .option(
            "--from <folder>",
            "read sha256sum-amd64.txt and sha256sum-arm64.txt from a folder, and download nothing",
        )
        .option("--table <file>", "the table to add to", join(__dirname, "releases.ts"));
    command.parse([...argv], { from: "user" });
    const [version = ""] = command.args;
    const { from, table } = command.opts<{ from?: string; table: string }>();
    if (parseVersion(version) === undefined) {
        throw new PinError(`${JSON.stringify(version)} is no k3s release; wanted one such as v1.36.5+k3s1`);
    }
    const [amd64, arm64] = await Promise.all(
        ARCHITECTURES.map(async (architecture) =>
            parseSums(
                await (from === undefined ? fetchSums(version, architecture) : readSums(from, architecture)),
                architecture,
            ),
        ),
    );
    const source = await readFile(table, "utf8");
    const { releases, changes } = merge(readTable(source), version, {
        ...(amd64 && { amd64 }),
        ...(arm64 && { arm64 }),
    });
    if (changes.length === 0) {
        console.log(`${version}: every sum is in the table already; nothing was changed`);
        return;
    }
    await writeFile(table, await writeTable(source, releases));
    console.log([`${version}: added to ${table}`, ...changes.map((change) => `  ${change}`)].join("\n"));
}

if (require.main === module) {
    main(process.argv.slice(2)).catch((error: unknown) => {
        if (!(error instanceof PinError)) throw error;
        console.error(error.message);
        process.exitCode = 1;
    });
}
