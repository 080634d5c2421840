/** A file that the author gives: a .md, a picture beside it (images/<uuid>.<ext>), or a zip of these. */
export interface ImportFile {
    /** Path with slashes. */
    readonly name: string;
    readonly content: Uint8Array;
}

export interface ImportResult {
    /** Slugs. */
    readonly added: readonly string[];
    readonly updated: readonly string[];
    readonly unchanged: readonly string[];
    /** Pictures that were not there before. */
    readonly images: number;
    /** Pictures that posts show and that are neither here nor in the files. */
    readonly missingImages: readonly string[];
}

/** What is wrong with the files, a line each: "<file>:<line>: <what>; wanted: <what>". Nothing was imported. */
export class ImportError extends Error {
    override name = "ImportError";
    constructor(readonly faults: readonly string[]) {
        super(faults.join("\n"));
    }
}

export interface Transfer {
    /** All posts (but the trash) as markdown, with their pictures. */
    exportZip(): Promise<AsyncIterable<Uint8Array>>;
    /** All or nothing; throws `ImportError`. */
    importFiles(files: readonly ImportFile[]): Promise<ImportResult>;
}
