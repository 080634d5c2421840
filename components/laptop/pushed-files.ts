import { statSync } from "node:fs";

import type { PushedFiles } from "./judge";

/** Where a file of k3s comes from, as the settings say. */
export interface FileSource {
    readonly source: "release" | "mirror" | "file" | "none";
    readonly path?: string | undefined;
}

/** How much will be pushed to each laptop. */
export function pushedFiles(binary: FileSource, airgapImages: FileSource): PushedFiles {
    return { binaryMiB: sizeMiB(binary), airgapImagesMiB: sizeMiB(airgapImages) };
}

/** Rounded up; 0 for what isn't pushed, and for a file that a preview does without. */
function sizeMiB({ source, path }: FileSource): number {
    if (source !== "file" || path === undefined) {
        return 0;
    }
    return Math.ceil((statSync(path, { throwIfNoEntry: false })?.size ?? 0) / 2 ** 20);
}
