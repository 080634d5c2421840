import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";

/** The address of a file of the public folder with its content's hash, under which it is kept by browsers for good. */
export function versioned(address: string, publicFolder: string | undefined): string {
    if (publicFolder === undefined) return address;
    try {
        const content = readFileSync(path.join(publicFolder, address));
        return `${address}?v=${createHash("sha256").update(content).digest("base64url").slice(0, 10)}`;
    } catch {
        return address;
    }
}
