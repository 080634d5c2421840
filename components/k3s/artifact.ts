import type { Architecture } from "./releases";

/** Where a file of a k3s release comes from. */
export interface ArtifactSource {
    readonly source: "release" | "mirror" | "file" | "none";
    /** With `mirror`: the address under which `<version>/<file>` lies, as under the releases' own. */
    readonly url?: string | undefined;
    /** With `file`: a file on the workstation, pushed to the laptop. */
    readonly path?: string | undefined;
    /** Lower-case hex; the architectures that are missing can't be installed. */
    readonly sha256: Readonly<Partial<Record<Architecture, string>>>;
}

const releaseUrl = "https://github.com/k3s-io/k3s/releases/download";

/** The file name of a release's binary or images, with the architecture left to the host: it knows its own. */
const fileNames = {
    binary: { amd64: "k3s", arm64: "k3s-arm64" },
    airgapImages: { amd64: "k3s-airgap-images-amd64.tar.zst", arm64: "k3s-airgap-images-arm64.tar.zst" },
} as const;

/** Which of a release's files. */
export type ArtifactKind = keyof typeof fileNames;

/** The addresses to download a release's file from, by architecture; empty where it isn't downloaded. */
export function downloadUrls(
    kind: ArtifactKind,
    artifact: ArtifactSource,
    version: string,
): Record<Architecture, string> {
    if (artifact.source === "file" || artifact.source === "none") {
        return { amd64: "", arm64: "" };
    }
    const base = artifact.source === "mirror" ? (artifact.url ?? "").replace(/\/+$/, "") : releaseUrl;
    const folder = `${base}/${encodeURIComponent(version)}`;
    return { amd64: `${folder}/${fileNames[kind].amd64}`, arm64: `${folder}/${fileNames[kind].arm64}` };
}
