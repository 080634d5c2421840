import type { Context } from "../context";
import type { View } from "../draft";
import { show, type Fault } from "../fault";
import type { Architecture } from "../types";

const ARCHITECTURES: readonly Architecture[] = ["amd64", "arm64"];

type ArtifactKey = "binary" | "airgapImages";

export function checkK3s(view: View, context: Context): Fault[] {
    return [...checkArtifact("binary", view, context), ...checkArtifact("airgapImages", view, context)];
}

function checkArtifact(key: ArtifactKey, view: View, context: Context): Fault[] {
    const artifact = view.settings.k3s?.[key];
    const source = artifact?.source;
    if (artifact === undefined || source === undefined) return [];
    return [
        ...checkPlace(key, "url", "mirror", source, view),
        ...checkPlace(key, "path", "file", source, view),
        ...(source === "file" && artifact.path !== undefined ? checkFile(key, artifact.path, context) : []),
        ...(source === "none" ? [] : checkSums(key, source, view, context)),
    ];
}

/** `url` belongs to a mirror and `path` to a file: needed there, and of no effect elsewhere. */
function checkPlace(key: ArtifactKey, field: "url" | "path", needs: string, source: string, view: View): Fault[] {
    const path = ["k3s", key, field];
    const isSet = view.isSet(...path);
    if (source === needs && !isSet) {
        const what = field === "url" ? "the mirror's base address" : "the path of the file";
        return [{ path, wanted: what, hint: `k3s.${key}.source is ${needs}` }];
    }
    if (source !== needs && isSet) {
        return [
            {
                path,
                found: "a value",
                wanted: `none for source ${source}`,
                hint: `Remove it, or set k3s.${key}.source to ${needs}`,
            },
        ];
    }
    return [];
}

function checkFile(key: ArtifactKey, path: string, { dryRun, fileProblem }: Context): Fault[] {
    const problem = dryRun ? undefined : fileProblem(path);
    if (problem === undefined) return [];
    return [
        {
            path: ["k3s", key, "path"],
            found: `${show(path)}, which ${problem}`,
            wanted: "a file that can be read",
        },
    ];
}

/** Nothing is installed without a sha256: the table's for a known release, else one given in the settings. */
function checkSums(key: ArtifactKey, source: string, view: View, { releases }: Context): Fault[] {
    const { version, [key]: artifact } = view.settings.k3s ?? {};
    if (version === undefined) return [];
    const table: Sums = releases[version]?.[key] ?? {};
    const given = givenSums(key, view);
    if (given.length === 0 && Object.values(table).length === 0) return unknownSum(key, version, view, releases);
    // A mirror or a file may be another build; what k3s itself released is only what the table says.
    if (source !== "release") return [];
    return given.flatMap((architecture): Fault[] => {
        const sum = artifact?.sha256?.[architecture];
        const known = table[architecture];
        if (sum === undefined || known === undefined || sum === known) return [];
        return [
            {
                path: ["k3s", key, "sha256", architecture],
                found: show(sum),
                wanted: `${show(known)}, which components/k3s/releases.ts has for ${version}`,
                hint: "Remove the key; another build of the same version is for source mirror or file",
            },
        ];
    });
}

type Sums = Partial<Record<Architecture, string>>;

function givenSums(key: ArtifactKey, view: View): Architecture[] {
    return ARCHITECTURES.filter((architecture) => view.isSet("k3s", key, "sha256", architecture));
}

function unknownSum(key: ArtifactKey, version: string, view: View, releases: Context["releases"]): Fault[] {
    const known = Object.keys(releases).filter((release) => Object.keys(releases[release]?.[key] ?? {}).length > 0);
    const hint = `Known are ${known.join(", ")}. Add this one: npm run k3s:pin -- ${version}; or give k3s.${key}.sha256`;
    if (key === "binary") {
        return [{ path: ["k3s", "version"], found: show(version), wanted: "a release whose sha256 is known", hint }];
    }
    // An unknown release is one fault: that of the binary.
    if (releases[version] === undefined && givenSums("binary", view).length === 0) return [];
    return [{ path: ["k3s", key, "sha256"], wanted: `the sha256 of the images of ${version}`, hint }];
}
