import { isMap, isNode, parseDocument, type Document, type YAMLError } from "yaml";
import * as z from "zod";

import { transferStrings, type TransferStrings } from "../i18n/transfer";
import { POST_STATUSES, type PostStatus } from "../posts/fields";
import { messageOf } from "../server/message-of";
import { slugOf } from "./slug";

/** A post as a file: what the original blog exports, and a few fields of this blog's own where they are needed. */
export interface PostFile {
    readonly title: string;
    readonly slug: string;
    readonly createdAt: Date;
    readonly updatedAt: Date;
    readonly publishedAt: Date | null;
    readonly category: string;
    readonly thumbnail: string | null;
    readonly status: PostStatus;
    readonly tags: readonly string[];
    readonly description: string;
    /** All after the front matter, as it is. */
    readonly markdown: string;
}

/** Something in a file, and in which line. */
export interface Remark {
    /** From 1. */
    readonly line: number;
    readonly message: string;
}

/** What is wrong with a file: at least one fault, by their lines. */
export class FrontMatterError extends Error {
    override name = "FrontMatterError";
    constructor(readonly faults: readonly Remark[]) {
        super(faults.map(({ message }) => message).join("\n"));
    }
}

export interface ParsedPost {
    readonly post: PostFile;
    /** Without it the post's title and times are guesses. */
    readonly hasFrontMatter: boolean;
    /** What of the front matter was left out. */
    readonly warnings: readonly Remark[];
}

export interface ParseOptions {
    readonly words?: TransferStrings;
    /** The file's, with or without its folder: a date before the name, as Jekyll's, and a title where there is none. */
    readonly name?: string;
    /** When a post without front matter was made. */
    readonly now?: Date;
}

/** The names of a post's fields, this blog's own first, then those that other blogs use for the same. */
export const FIELDS = {
    layout: [],
    thumbnail: [],
    title: [],
    slug: [],
    createdAt: ["date", "created_at", "created", "released_at"],
    updatedAt: ["updated_at", "updated", "lastmod", "last_modified_at"],
    publishedAt: ["publishDate"],
    category: ["categories"],
    tags: [],
    status: [],
    description: [],
    // Of other blogs only; a `status` of this one's own is stronger.
    published: [],
    draft: [],
    private: ["is_private"],
} as const satisfies Record<string, readonly string[]>;
type Field = keyof typeof FIELDS;
const NAMES: readonly string[] = Object.entries(FIELDS).flatMap(([own, others]) => [own, ...others]);

const TIME =
    /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?: ?(?:(Z|UTC)|([+-]\d{2}):?(\d{2})))?)?$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DATED_NAME = /^(\d{4}-\d{2}-\d{2})-/;

/** Reads a post's file; throws a `FrontMatterError` of all faults in it, in the language of `words`. */
export function parsePost(source: string, options: ParseOptions = {}): ParsedPost {
    const { words = transferStrings("en"), now = new Date() } = options;
    const name = (options.name ?? "").replace(/^.*\//s, "").replace(/\.\w+$/, "");
    const text = source.replace(/^\ufeff/, "");
    const match = /^---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|$)/ms.exec(text);
    if (match === null || match.index > 0) {
        if (/^---[ \t]*(\r?\n|$)/.test(text)) throw new FrontMatterError([{ line: 1, message: words.openFrontMatter }]);
        if (/^\+\+\+[ \t]*\r?\n/.test(text)) throw new FrontMatterError([{ line: 1, message: words.toml }]);
        return { post: bare(text, name, now), hasFrontMatter: false, warnings: [] };
    }
    const head = match[1] ?? "";
    const lineOf = (field: string) => {
        const index = head.split("\n").findIndex((line) => line.startsWith(`${field}:`));
        return index === -1 ? 1 : index + 2;
    };
    const fields = readFields(head, words);
    const faults: Remark[] = [];
    const warnings: Remark[] = [];
    const tell = (remarks: Remark[], field: string, message: string) => {
        remarks.push({ line: lineOf(field), message: `${field}: ${message}` });
    };
    const fail = (field: string, message: string) => {
        tell(faults, field, message);
    };
    for (const field of Object.keys(fields)) {
        if (NAMES.includes(field)) continue;
        const nearest = nearestName(field);
        if (nearest === undefined) tell(warnings, field, words.ignoredField);
        else fail(field, words.unknownField(nearest));
    }
    /** The name that the file has for a field; its own where it has none. */
    const nameOf = (field: Field): string => [field, ...FIELDS[field]].find((one) => given(fields[one])) ?? field;
    const text_ = (field: string, most: number) => {
        const value = fields[field];
        if (!given(value)) return "";
        if (typeof value !== "string") {
            fail(field, words.textWanted);
            return "";
        }
        if (value.length > most) fail(field, words.tooLong(value.length, most));
        return value;
    };
    const time = (field: string) => {
        const value = text_(field, 100);
        if (value === "") return undefined;
        const at = timeFrom(value);
        if (at === undefined) fail(field, words.noTime(value));
        return at;
    };
    const flag = (field: Field) => {
        const used = nameOf(field);
        const value = text_(used, 100).toLowerCase();
        if (value === "true" || value === "false") return value === "true";
        if (value !== "") fail(used, words.flag(value));
        return undefined;
    };
    const layout = text_("layout", 100);
    if (layout !== "" && layout !== "post") tell(warnings, "layout", words.ignoredField);
    const status = z.enum(POST_STATUSES).safeParse(fields.status ?? statusOf(flag));
    if (!status.success) fail("status", words.status(POST_STATUSES.join(", ")));
    const title = text_("title", 200).trim();
    // A draft may have none yet, and goes out and in with the others.
    const isDraft = status.success && status.data === "draft";
    if (title === "" && !isDraft && typeof (fields.title ?? "") === "string") fail("title", words.titleMissing);
    const createdName = nameOf("createdAt");
    const createdAt = given(fields[createdName]) ? time(createdName) : timeFrom(DATED_NAME.exec(name)?.[1] ?? "");
    if (createdAt === undefined && !given(fields[createdName])) fail("createdAt", words.createdAtMissing);
    let thumbnail = text_("thumbnail", 2000);
    if (/^https?:|\//i.test(thumbnail)) {
        tell(warnings, "thumbnail", words.foreignThumbnail);
        thumbnail = "";
    }
    if (thumbnail !== "" && !UUID.test(thumbnail)) fail("thumbnail", words.thumbnail(thumbnail));
    const tags = z
        .array(z.string().min(1).max(60))
        .max(20)
        .safeParse(typeof fields.tags === "string" ? listed(fields.tags) : (fields.tags ?? []));
    if (!tags.success) fail("tags", words.tags);
    const publishedAt = time(nameOf("publishedAt"));
    if (status.success && status.data === "scheduled" && publishedAt === undefined) {
        fail("status", words.publishedAtMissing);
    }
    const updatedAt = time(nameOf("updatedAt"));
    const categoryName = nameOf("category");
    const categories = fields[categoryName];
    if (categoryName === "categories") {
        fields.categories = Array.isArray(categories)
            ? (categories[0] as unknown)
            : typeof categories === "string"
              ? listed(categories)[0]
              : categories;
    }
    const category = text_(categoryName, 60).trim();
    const slug = slugOf(text_("slug", 200)) || slugOf(title) || "post";
    const description = text_("description", 300);
    const inOrder = (remarks: Remark[]) => remarks.sort((a, b) => a.line - b.line);
    if (faults.length > 0 || createdAt === undefined || !status.success || !tags.success) {
        throw new FrontMatterError(inOrder(faults));
    }
    return {
        post: {
            title,
            slug,
            createdAt,
            updatedAt: updatedAt ?? createdAt,
            publishedAt: publishedAt ?? (status.data === "published" ? createdAt : null),
            category,
            thumbnail: thumbnail === "" ? null : thumbnail.toLowerCase(),
            status: status.data,
            tags: tags.data,
            description,
            markdown: text.slice(match[0].length),
        },
        hasFrontMatter: true,
        warnings: inOrder(warnings),
    };
}

const given = (value: unknown) => value !== undefined && value !== null && value !== "";

const listed = (text: string) =>
    text
        .split(",")
        .map((one) => one.trim())
        .filter((one) => one !== "");

function statusOf(flag: (field: Field) => boolean | undefined): PostStatus {
    const [draft, published, own] = [flag("draft"), flag("published"), flag("private")];
    if (draft === true || published === false) return "draft";
    return own === true ? "private" : "published";
}

/** Universal time where no zone is said. */
function timeFrom(text: string): Date | undefined {
    const [, day, clock = "00:00", , hours, minutes = ""] = TIME.exec(text) ?? [];
    if (day === undefined) return undefined;
    const at = new Date(`${day}T${clock}${hours === undefined ? "Z" : `${hours}:${minutes}`}`);
    return Number.isNaN(at.getTime()) ? undefined : at;
}

/** A text that somebody wrote without a blog in mind: a draft, named after its first heading or its file. */
function bare(text: string, name: string, now: Date): PostFile {
    const outsideCode = text.replace(/^ {0,3}(`{3,}|~{3,}).*?(^ {0,3}\1|(?![^]))/gms, "");
    const heading = /^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*\r?$/m.exec(outsideCode)?.[1]?.trim() ?? "";
    const title = Array.from(heading || name)
        .slice(0, 100)
        .join("");
    return {
        ...{ title, slug: slugOf(title) || slugOf(name) || "post", category: "", tags: [], description: "" },
        ...{ createdAt: now, updatedAt: now, publishedAt: null, thumbnail: null, status: "draft", markdown: text },
    };
}

/** The field that was meant where a letter or two are wrong. */
function nearestName(found: string): string | undefined {
    const lower = found.toLowerCase();
    const [nearest] = NAMES.map((name) => ({ name, distance: distance(lower, name.toLowerCase()) }))
        .filter(({ name, distance }) => distance <= (name.length < 8 ? 1 : 2))
        .sort((a, b) => a.distance - b.distance);
    return nearest?.name;
}

/** Levenshtein's, with two letters in the wrong order as one edit. */
function distance(a: string, b: string): number {
    const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
    const at = (row: number, column: number) => rows[row]?.[column] ?? 0;
    for (let row = 1; row <= a.length; row++) {
        const line = [row];
        rows.push(line);
        for (let column = 1; column <= b.length; column++) {
            const other = a[row - 1] === b[column - 1] ? 0 : 1;
            const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
            line.push(
                Math.min(
                    at(row - 1, column) + 1,
                    at(row, column - 1) + 1,
                    at(row - 1, column - 1) + other,
                    ...(swapped ? [at(row - 2, column - 2) + 1] : []),
                ),
            );
        }
    }
    return at(a.length, b.length);
}

function readFields(head: string, words: TransferStrings): Record<string, unknown> {
    // Strings only: a time stays as it is written, and 2024 is a title.
    const document = parseDocument(head, { schema: "failsafe", prettyErrors: false });
    const refuse = (line: number, message: string): never => {
        throw new FrontMatterError([{ line, message }]);
    };
    // What the parser says after its first error comes of that one.
    const [error] = document.errors;
    if (error !== undefined) refuse(lineAt(head, placeOf(error, document)), words.notYaml(error.message));
    let fields: unknown;
    try {
        fields = document.toJS({ maxAliasCount: 0 });
    } catch (error) {
        return refuse(2, words.notYaml(messageOf(error)));
    }
    if (fields === null || fields === "") return {};
    if (typeof fields !== "object" || Array.isArray(fields)) return refuse(2, words.noFields);
    return fields as Record<string, unknown>;
}

const lineAt = (head: string, offset: number) => head.slice(0, offset).split("\n").length + 1;

/** Where the author looks for an error: what has no end is noticed behind it, and is wrong where its field begins. */
function placeOf(error: YAMLError, document: Document): number {
    const [at] = error.pos;
    if ((error.code !== "MISSING_CHAR" && error.code !== "BAD_INDENT") || !isMap(document.contents)) return at;
    const starts = document.contents.items.map(({ key }) => (isNode(key) ? (key.range?.[0] ?? 0) : 0));
    return Math.max(0, ...starts.filter((start) => start < at));
}

/** The file of a post; `parsePost` gives the post back, and a file of the original's form comes out byte for byte. */
export function formatPost(post: PostFile): string {
    const own = [
        ...(post.slug === (slugOf(post.title) || "post") ? [] : [`slug: ${quoted(post.slug)}`]),
        ...(post.tags.length === 0 ? [] : [`tags: [${post.tags.map(quoted).join(", ")}]`]),
        ...(post.status === "published" ? [] : [`status: ${post.status}`]),
        ...(sameTime(post.publishedAt, post.status === "published" ? post.createdAt : null) || post.publishedAt === null
            ? []
            : [`publishedAt: ${timeOf(post.publishedAt)}`]),
        ...(post.description === "" ? [] : [`description: ${quoted(post.description)}`]),
    ];
    const lines = [
        "---",
        "layout: post",
        ...(post.thumbnail === null ? [] : [`thumbnail: ${post.thumbnail}`]),
        `title: ${quoted(post.title)}`,
        `createdAt: ${timeOf(post.createdAt)}`,
        `updatedAt: ${timeOf(post.updatedAt)}`,
        ...(post.category === "" ? [] : [`category: ${quoted(post.category)}`]),
        ...own,
        "---",
    ];
    return `${lines.join("\n")}\n${post.markdown}`;
}

const sameTime = (a: Date | null, b: Date | null) => a?.getTime() === b?.getTime();

/** 2023-09-29 09:49:15.513000 */
const timeOf = (time: Date) => `${time.toISOString().replace("T", " ").replace("Z", "")}000`;

/** YAML's double quotes: JSON's, but for characters that YAML takes for the end of a line. */
function quoted(text: string): string {
    return JSON.stringify(text).replace(
        /[\u007f-\u009f\u2028\u2029\ufeff]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}
