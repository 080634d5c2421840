import { readdirSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";

import { ImportError, type ImportFile } from "./transfer";

/** Files and folders of this machine as an import takes them; folders with all that is in them. */
export function readFiles(paths: readonly string[]): ImportFile[] {
    return paths.flatMap((one) => {
        let isFolder: boolean;
        try {
            isFolder = statSync(one).isDirectory();
        } catch {
            throw new ImportError([`${one}:1: not there; wanted: a .md file, a folder or a zip`]);
        }
        if (!isFolder) return [{ name: one, content: readFileSync(one) }];
        return readdirSync(one, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => path.join(entry.parentPath, entry.name))
            .sort()
            .map((file) => ({ name: file.split(path.sep).join("/"), content: readFileSync(file) }));
    });
}
