import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { asc, eq, inArray, isNull } from "drizzle-orm";

import { formatPost, FrontMatterError, parsePost, type PostFile, type Remark } from "../content/front-matter";
import type { Database } from "../data/database";
import { category, image, post, postImage, postTag, tag } from "../data/schema";
import type { Language } from "../i18n/strings";
import { transferStrings, type TransferStrings } from "../i18n/transfer";
import type { Images } from "../images/images";
import { ImageError } from "../images/refusal";
import { MARKDOWN_MAXIMUM } from "../posts/fields";
import { preparePost, SlugTakenError, writePost, type PreparedPost } from "../posts/store";
import { ArchiveError, isZip, pack, unpack, type ArchiveLimits, type PackedFile } from "./archive";
import { messageOf } from "../server/message-of";

/** A file that the author gives: a post, a picture (<uuid>.<ext>), or a zip of these. */
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
    /** Files that are neither posts nor pictures. */
    readonly skipped: readonly string[];
    /** What of the posts' front matter was left out, a line each as of `ImportError`. */
    readonly warnings: readonly string[];
}

/** What is wrong with the files, a line each: "<file>:<line>: <what was found, and what is wanted>". Nothing was imported. */
export class ImportError extends Error {
    override name = "ImportError";
    constructor(readonly faults: readonly string[]) {
        super(faults.join("\n"));
    }
}

export interface Transfer {
    /** All posts (but the trash) as markdown, with all pictures; chunks of a zip. */
    exportZip(): AsyncIterable<Uint8Array>;
    /**
     * Posts are known by their address: one that is there is changed, the same again changes nothing. All or nothing:
     * throws an `ImportError` that names every fault.
     */
    importFiles(files: readonly ImportFile[], report?: (line: string) => void): Promise<ImportResult>;
}

interface Deps {
    readonly database: Database;
    readonly images: Pick<Images, "add" | "known" | "open" | "remove">;
    readonly limits?: ArchiveLimits;
    /** Of what is said of faults. */
    readonly language: Language;
}

const LIMITS: ArchiveLimits = { files: 20_000, bytes: 1_000_000_000 };
const POST = /\.(md|markdown|txt)$/i;
const PICTURE = /(?:^|\/)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(webp|png|jpe?g|gif|avif)$/i;
const ZIP = /\.zip$/i;
const NOISE = /(^|\/)(__MACOSX\/|\.DS_Store$|\._)/;

interface Parsed {
    readonly name: string;
    readonly file: PostFile;
    readonly hasFrontMatter: boolean;
}

export function createTransfer({ database, images, limits = LIMITS, language }: Deps): Transfer {
    const words = transferStrings(language);
    return {
        exportZip: () => pack(packedFiles()),
        async importFiles(given, report = () => undefined) {
            const sorted = sort(given, { limits, words, now: new Date() });
            const { pictures, skipped, warnings } = sorted;
            const before = await storedPosts(sorted.posts.map(({ file }) => file.slug));
            const posts = sorted.posts.map(({ name, file, hasFrontMatter }) => {
                const stored = hasFrontMatter ? undefined : before.get(key(file.slug))?.file;
                // Only its text: what was decided about it since it came is more than a guess.
                return { name, file: stored === undefined ? file : { ...stored, markdown: file.markdown } };
            });
            const changed = posts.filter(({ file }) => {
                const stored = before.get(key(file.slug));
                return stored === undefined || stored.deleted || canonical(stored.file) !== canonical(file);
            });
            const added = await addPictures(pictures, report);
            try {
                const prepared: { name: string; file: PostFile; post: PreparedPost }[] = [];
                for (const { name, file } of changed) {
                    report(`${name}: ${file.title}`);
                    prepared.push({ name, file, post: await preparePost(fieldsOf(file), images) });
                }
                if (prepared.length > 0) await writeAll(prepared, before);
            } catch (error) {
                for (const id of added) await images.remove(id).catch(() => undefined);
                throw error;
            }
            const shown = await shownImages(posts.map(({ file }) => file.slug));
            const known = await images.known(shown);
            const slugs = (wanted: (file: PostFile) => boolean) =>
                posts.filter(({ file }) => wanted(file)).map(({ file }) => file.slug);
            const isChanged = new Set(changed.map(({ file }) => file.slug));
            return {
                added: slugs(({ slug }) => !before.has(key(slug))),
                updated: slugs(({ slug }) => before.has(key(slug)) && isChanged.has(slug)),
                unchanged: slugs(({ slug }) => !isChanged.has(slug)),
                images: added.length,
                missingImages: shown.filter((id) => !known.has(id)),
                skipped,
                warnings,
            };
        },
    };

    async function writeAll(
        prepared: readonly { name: string; file: PostFile; post: PreparedPost }[],
        before: Awaited<ReturnType<typeof storedPosts>>,
    ): Promise<void> {
        const now = new Date();
        await database.change(async (transaction) => {
            for (const { name, file, post: made } of prepared) {
                const stored = before.get(key(file.slug));
                const { createdAt, updatedAt, publishedAt } = file;
                try {
                    const { id } = await writePost(transaction, made, {
                        ...(stored === undefined ? {} : { id: stored.id }),
                        ...{ createdAt, updatedAt, publishedAt, now },
                    });
                    if (stored?.deleted === true) {
                        await transaction.update(post).set({ deletedAt: null }).where(eq(post.id, id));
                    }
                } catch (error) {
                    if (!(error instanceof SlugTakenError)) {
                        throw new Error(`${name}: ${messageOf(error)}`, {
                            cause: error,
                        });
                    }
                    throw new ImportError([`${name}:1: ${words.addressTaken(error.slug)}`]);
                }
            }
        });
    }

    /** Returns the ids of those that were not there. */
    async function addPictures(
        pictures: ReadonlyMap<string, ImportFile>,
        report: (line: string) => void,
    ): Promise<string[]> {
        const known = await images.known([...pictures.keys()]);
        const added: string[] = [];
        const faults: string[] = [];
        for (const [id, { name, content }] of pictures) {
            if (known.has(id)) continue;
            try {
                report(name);
                await images.add(content, { id, name: name.split("/").at(-1) ?? name });
                added.push(id);
            } catch (error) {
                if (!(error instanceof ImageError)) {
                    for (const one of added) await images.remove(one).catch(() => undefined);
                    throw error;
                }
                faults.push(`${name}:1: ${error.message}`);
            }
        }
        if (faults.length === 0) return added;
        for (const id of added) await images.remove(id).catch(() => undefined);
        throw new ImportError(faults);
    }

    /** By the key of their slug. */
    async function storedPosts(slugs: readonly string[]) {
        const rows = slugs.length === 0 ? [] : await rowsOf(inArray(post.slug, [...slugs]));
        return new Map(
            rows.map((row) => [
                key(row.post.slug),
                { id: row.post.id, deleted: row.post.deletedAt !== null, file: fileOf(row) },
            ]),
        );
    }

    /** Ids of the pictures in stored posts: those that the renderer met, not those that code speaks of. */
    async function shownImages(slugs: readonly string[]): Promise<string[]> {
        if (slugs.length === 0) return [];
        const rows = await database.query
            .selectDistinct({ id: postImage.imageId })
            .from(postImage)
            .innerJoin(post, eq(post.id, postImage.postId))
            .where(inArray(post.slug, [...slugs]))
            .orderBy(asc(postImage.imageId));
        return rows.map(({ id }) => id);
    }

    async function rowsOf(where: ReturnType<typeof inArray>) {
        const rows = await database.query
            .select({ post, category: category.name })
            .from(post)
            .leftJoin(category, eq(category.id, post.categoryId))
            .where(where)
            .orderBy(asc(post.id));
        const ids = rows.map((row) => row.post.id);
        const tags =
            ids.length === 0
                ? []
                : await database.query
                      .select({ postId: postTag.postId, name: tag.name })
                      .from(postTag)
                      .innerJoin(tag, eq(tag.id, postTag.tagId))
                      .where(inArray(postTag.postId, ids))
                      .orderBy(asc(tag.name));
        return rows.map((row) => ({
            ...row,
            tags: tags.filter(({ postId }) => postId === row.post.id).map(({ name }) => name),
        }));
    }

    async function* packedFiles(): AsyncGenerator<PackedFile> {
        const ids = await database.query
            .select({ id: post.id })
            .from(post)
            .where(isNull(post.deletedAt))
            .orderBy(asc(post.id));
        for (let at = 0; at < ids.length; at += 50) {
            for (const row of await rowsOf(
                inArray(
                    post.id,
                    ids.slice(at, at + 50).map(({ id }) => id),
                ),
            )) {
                const content = new TextEncoder().encode(canonical(fileOf(row)));
                yield {
                    name: `posts/${fileName(row.post.slug, row.post.id)}.md`,
                    content,
                    modifiedAt: row.post.updatedAt,
                };
            }
        }
        const pictures = await database.query
            .select({ id: image.id, createdAt: image.createdAt })
            .from(image)
            .where(eq(image.state, "ready"))
            .orderBy(asc(image.createdAt), asc(image.id));
        for (const { id, createdAt } of pictures) {
            const opened = await images.open(id);
            if (opened === undefined) continue;
            const body = await opened.body();
            const content = body instanceof Readable ? await buffer(body) : body;
            const extension = opened.contentType.split("/")[1] ?? "webp";
            yield { name: `images/${id}.${extension}`, content, modifiedAt: createdAt };
        }
    }
}

/** As the database compares slugs, nearly: without case. */
const key = (slug: string) => slug.toLowerCase();

/** File systems take names of 255 bytes, and a Korean slug has three a letter. */
function fileName(slug: string, id: number): string {
    if (Buffer.byteLength(slug) <= 200) return slug;
    let name = slug;
    while (Buffer.byteLength(name) > 180) name = name.slice(0, -1);
    return `${name.replace(/[\ud800-\udbff]$/, "")}-${String(id)}`;
}

function fileOf(row: { post: typeof post.$inferSelect; category: string | null; tags: readonly string[] }): PostFile {
    const { slug, title, createdAt, updatedAt, publishedAt, thumbnail, status, description, markdown } = row.post;
    return {
        ...{ slug, title, createdAt, updatedAt, thumbnail, status, description, markdown },
        publishedAt: publishedAt ?? (status === "published" ? createdAt : null),
        category: row.category ?? "",
        tags: row.tags,
    };
}

/** Tags have no order of their own. */
const canonical = (file: PostFile) => formatPost({ ...file, tags: [...new Set(file.tags)].sort() });

const fieldsOf = (file: PostFile) => ({
    ...{ title: file.title, slug: file.slug, markdown: file.markdown, status: file.status, category: file.category },
    ...{ tags: [...file.tags], thumbnail: file.thumbnail, description: file.description },
    publishedAt: file.publishedAt?.toISOString() ?? null,
});

/** What is published at a time to come is scheduled: no reader's page would be made anew when it comes. */
function inItsTime(file: PostFile, now: Date): PostFile {
    const early = file.status === "published" && file.publishedAt !== null && file.publishedAt > now;
    return early ? { ...file, status: "scheduled" } : file;
}

/** Reads all files before anything is written; throws an `ImportError` of every fault in them. */
function sort(
    given: readonly ImportFile[],
    { limits, words, now }: { limits: ArchiveLimits; words: TransferStrings; now: Date },
) {
    const faults: string[] = [];
    const posts: Parsed[] = [];
    const pictures = new Map<string, ImportFile>();
    const skipped: string[] = [];
    const warnings: string[] = [];
    const places = new Map<string, string>();
    const files = given.flatMap((file) => {
        if (!isZip(file.content)) {
            if (!ZIP.test(file.name)) return [file];
            faults.push(`${file.name}: ${words.badZip(words.notZip)}`);
            return [];
        }
        try {
            return unpack(file.content, limits, words).map(({ name, content }) => ({
                name: `${file.name}/${name}`,
                content,
            }));
        } catch (error) {
            if (!(error instanceof ArchiveError)) throw error;
            faults.push(`${file.name}: ${words.badZip(error.message)}`);
            return [];
        }
    });
    for (const file of files) {
        const picture = PICTURE.exec(file.name)?.[1];
        if (NOISE.test(file.name)) continue;
        if (picture !== undefined) pictures.set(picture.toLowerCase(), file);
        else if (!POST.test(file.name)) skipped.push(file.name);
        else {
            try {
                const { post: read, ...parsed } = parsePost(textOf(file.content, words), {
                    words,
                    name: file.name,
                    now,
                });
                const place = (remark: Remark) => `${file.name}:${String(remark.line)}: ${remark.message}`;
                const long = read.markdown.length > MARKDOWN_MAXIMUM;
                const other = places.get(key(read.slug));
                if (long)
                    faults.push(place({ line: 1, message: words.tooLong(read.markdown.length, MARKDOWN_MAXIMUM) }));
                if (other !== undefined) faults.push(place({ line: 1, message: words.sameAddress(other, read.slug) }));
                places.set(key(read.slug), file.name);
                posts.push({ name: file.name, file: inItsTime(read, now), hasFrontMatter: parsed.hasFrontMatter });
                warnings.push(...parsed.warnings.map(place));
            } catch (error) {
                if (!(error instanceof FrontMatterError)) throw error;
                faults.push(...error.faults.map(({ line, message }) => `${file.name}:${String(line)}: ${message}`));
            }
        }
    }
    if (faults.length === 0 && posts.length === 0 && pictures.size === 0) {
        faults.push(words.noPost(given.map(({ name }) => name).join(", ")));
    }
    if (faults.length > 0) throw new ImportError(faults);
    return { posts, pictures, skipped, warnings };
}

function textOf(content: Uint8Array, words: TransferStrings): string {
    try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
    } catch {
        const before = new TextDecoder().decode(content).split("\ufffd")[0] ?? "";
        throw new FrontMatterError([{ line: before.split("\n").length, message: words.notUtf8 }]);
    }
}
