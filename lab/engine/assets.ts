/** Assets: files and texts a program hands over. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Wire, type WireObject, isArchive, isAsset, isObject } from "./wire";

/** An asset's local file, or its text. Throws for what would have to be fetched. */
export function assetSource(asset: WireObject, projectDir: string): { path: string } | { text: string } {
    const { path, text, uri } = asset;
    if (typeof path === "string" && path !== "") {
        return { path: resolve(projectDir, path) };
    }
    if (typeof uri === "string" && uri !== "") {
        throw new Error(`the asset ${uri} is remote; the lab engine copies only files and texts`);
    }
    return { text: typeof text === "string" ? text : "" };
}

async function hashOf(asset: WireObject, projectDir: string): Promise<string> {
    const source = assetSource(asset, projectDir);
    const hash = createHash("sha256");
    if ("text" in source) {
        return hash.update(source.text).digest("hex");
    }
    await pipeline(createReadStream(source.path, { highWaterMark: 1024 * 1024 }), hash);
    return hash.digest("hex");
}

/**
 * The value with the sha256 of each asset's content beside it, so that a file that changed is seen as a changed input
 * (as Pulumi's engine does).
 */
export async function withAssetHashes(value: Wire, projectDir: string): Promise<Wire> {
    if (isAsset(value)) {
        return { ...value, hash: await hashOf(value, projectDir) };
    }
    if (isArchive(value)) {
        return value;
    }
    if (Array.isArray(value)) {
        return Promise.all(value.map((child) => withAssetHashes(child, projectDir)));
    }
    if (isObject(value)) {
        const entries = Object.entries(value).map(async ([key, child]): Promise<[string, Wire]> => [
            key,
            await withAssetHashes(child, projectDir),
        ]);
        return Object.fromEntries(await Promise.all(entries));
    }
    return value;
}
