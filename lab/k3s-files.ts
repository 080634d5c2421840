import { readFileSync } from "node:fs";
import { join } from "node:path";
import { releases } from "../components/k3s/releases";
import { compareVersions, parseVersion } from "../components/k3s/version";
import type { K3sFiles } from "./stack-file";

/** The files of an artifact that is a stand-in of k3s; its sums are in the release's own form, `<sha256>  <file>`. */
export function standInFiles(folder: string): K3sFiles {
    const sums = new Map(
        readFileSync(join(folder, "sha256sum-amd64.txt"), "utf8")
            .split("\n")
            .map((line) => line.trim().split(/\s+\*?/))
            .map(([sum = "", name = ""]) => [name, sum]),
    );
    const file = (name: string) => {
        const sha256 = sums.get(name);
        if (sha256 === undefined) throw new Error(`${folder}/sha256sum-amd64.txt has no sum for ${name}`);
        return { path: join(folder, name), sha256 };
    };
    return {
        source: "file",
        version: readFileSync(join(folder, "version"), "utf8").trim(),
        binary: file("k3s"),
        airgapImages: file("k3s-airgap-images-amd64.tar.zst"),
    };
}

/**
 * The newest release before a version of those whose sums are known: what an upgrade to it can start from.
 *
 * @throws Error when none is known.
 */
export function releaseBefore(version: string, known: readonly string[] = Object.keys(releases)): string {
    const wanted = parseVersion(version);
    const [newest] = known
        .map((text) => ({ text, parsed: parseVersion(text) }))
        .flatMap(({ text, parsed }) => (parsed === undefined ? [] : [{ text, parsed }]))
        .filter(({ parsed }) => wanted !== undefined && compareVersions(parsed, wanted) < 0)
        .sort((a, b) => compareVersions(b.parsed, a.parsed));
    if (newest !== undefined) return newest.text;
    throw new Error(
        `no k3s release before ${version} is known, only ${known.join(", ")}; add one: npm run k3s:pin -- <version>`,
    );
}
