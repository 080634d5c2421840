import { Unzip, UnzipInflate, Zip, ZipDeflate, ZipPassThrough } from "fflate";

import type { TransferStrings } from "../i18n/transfer";
import type { ImportFile } from "./transfer";
import { messageOf } from "../server/message-of";

/** Bounds of what one import may bring, unpacked. */
export interface ArchiveLimits {
    readonly files: number;
    /** Of all files together. */
    readonly bytes: number;
}

/** Why a zip isn't taken. */
export class ArchiveError extends Error {
    override name = "ArchiveError";
}

export function isZip(content: Uint8Array): boolean {
    const [first, second, third, fourth] = content;
    // The second is that of a zip without any file.
    return first === 0x50 && second === 0x4b && ((third === 3 && fourth === 4) || (third === 5 && fourth === 6));
}

const CHUNK = 64 * 1024;

/**
 * The files of a zip, in memory only. What they unpack to is counted while it is unpacked, whatever the zip says of
 * itself. Throws an `ArchiveError` for a broken zip, one beyond the limits, and names that lead out of a folder.
 */
export function unpack(zip: Uint8Array, limits: ArchiveLimits, words: TransferStrings): ImportFile[] {
    const files: ImportFile[] = [];
    let bytes = 0;
    let count = 0;
    let open = 0;
    const unzip = new Unzip((file) => {
        count += 1;
        if (count > limits.files) throw new ArchiveError(words.tooManyFiles(limits.files));
        if (/^[/\\]|^[a-z]:|(^|[/\\])\.\.([/\\]|$)|\0/i.test(file.name)) {
            throw new ArchiveError(words.leadsOut(JSON.stringify(file.name)));
        }
        const chunks: Uint8Array[] = [];
        open += 1;
        file.ondata = (error, chunk, last) => {
            if (error !== null) {
                // The unpacker hands this function's own errors back to it.
                throw error instanceof ArchiveError
                    ? error
                    : new ArchiveError(words.damaged(`${file.name}: ${error.message}`));
            }
            bytes += chunk.length;
            if (bytes > limits.bytes) throw new ArchiveError(words.tooManyBytes(limits.bytes));
            chunks.push(chunk);
            if (!last) return;
            open -= 1;
            if (!file.name.endsWith("/")) files.push({ name: file.name, content: Buffer.concat(chunks) });
        };
        file.start();
    });
    unzip.register(UnzipInflate);
    try {
        for (let at = 0; at < zip.length; at += CHUNK) {
            unzip.push(zip.subarray(at, at + CHUNK), at + CHUNK >= zip.length);
        }
    } catch (error) {
        if (error instanceof ArchiveError) throw error;
        throw new ArchiveError(words.damaged(messageOf(error)), { cause: error });
    }
    if (open > 0) throw new ArchiveError(words.cutOff);
    if (count === 0) throw new ArchiveError(words.empty);
    return files;
}

/** A file to pack. */
export interface PackedFile {
    readonly name: string;
    readonly content: Uint8Array;
    readonly modifiedAt: Date;
}

/** A zip of files, made while it is read. */
export async function* pack(files: AsyncIterable<PackedFile>): AsyncGenerator<Uint8Array> {
    const ready: Uint8Array[] = [];
    let failure: Error | undefined;
    const zip = new Zip((error, chunk) => {
        if (error !== null) failure = error;
        else ready.push(chunk);
    });
    for await (const { name, content, modifiedAt } of files) {
        // Pictures are compressed already.
        const entry = name.endsWith(".md") ? new ZipDeflate(name, { level: 6 }) : new ZipPassThrough(name);
        // Zip knows no time before 1980.
        entry.mtime = new Date(Math.max(modifiedAt.getTime(), Date.UTC(1980, 0, 2)));
        zip.add(entry);
        entry.push(content, true);
        if (failure !== undefined) throw failure;
        yield* ready.splice(0);
    }
    zip.end();
    yield* ready.splice(0);
}
