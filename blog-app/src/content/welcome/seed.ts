import * as path from "node:path";

import { readFiles } from "../../transfer/read-files";
import type { ImportResult, Transfer } from "../../transfer/transfer";

/** Puts the posts of this folder, which show a new author around, into a blog. The same again changes nothing. */
export function seedWelcome(transfer: Pick<Transfer, "importFiles">): Promise<ImportResult> {
    const files = readFiles([path.join(import.meta.dirname, "posts"), path.join(import.meta.dirname, "images")]);
    return transfer.importFiles(files);
}
