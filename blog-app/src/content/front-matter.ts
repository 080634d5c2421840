import { parse as parseYaml, YAMLParseError } from "yaml";
import * as z from "zod";

import { POST_STATUSES, type PostStatus } from "../posts/fields";
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

/** What is wrong with a file, and in which line. */
export class FrontMatterError extends Error {
    override name = "FrontMatterError";
    constructor(
        /** From 1. */
        readonly line: number,
        message: string,
    ) {
        super(message);
    }
}

const FIELDS = [
    ...["layout", "thumbnail", "title", "slug", "createdAt", "updatedAt", "publishedAt", "category", "tags", "status"],
    "description",
];
const TIME = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?:Z|\+00:00)?$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads a post's file; throws a `FrontMatterError` for the first fault in it. */
export function parsePost(source: string): PostFile {
    const text = source.replace(/^\ufeff/, "");
    const match = /^---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|$)/ms.exec(text);
    if (match === null) {
        throw new FrontMatterError(
            1,
            text.startsWith("---")
                ? 'the front matter has no end; wanted: a line "---" after its last field'
                : 'no front matter; wanted: a line "---", then fields such as title: "...", then a line "---"',
        );
    }
    const head = match[1] ?? "";
    const lineOf = (field: string) => {
        const index = head.split("\n").findIndex((line) => line.startsWith(`${field}:`));
        return index === -1 ? 1 : index + 2;
    };
    const fields = readFields(head);
    const fail = (field: string, message: string): never => {
        throw new FrontMatterError(lineOf(field), `${field}: ${message}`);
    };
    const text_ = (field: string, most: number) => {
        const value = fields[field];
        if (value === undefined || value === null) return "";
        if (typeof value === "object") return fail(field, 'wanted: one text, such as "..."');
        const one = typeof value === "string" ? value : "";
        if (one.length > most) fail(field, `${String(one.length)} characters; wanted: at most ${String(most)}`);
        return one;
    };
    const time = (field: string) => {
        const value = text_(field, 100);
        if (value === "") return undefined;
        const [, day = "", clock = ""] = TIME.exec(value) ?? [];
        const at = new Date(`${day}T${clock}Z`);
        if (Number.isNaN(at.getTime())) {
            return fail(field, `"${value}" is no time; wanted: 2024-12-31 23:59:59.000000 (UTC)`);
        }
        return at;
    };
    for (const field of Object.keys(fields)) {
        if (!FIELDS.includes(field)) fail(field, `no such field; wanted: one of ${FIELDS.join(", ")}`);
    }
    const layout = text_("layout", 20);
    if (layout !== "" && layout !== "post") fail("layout", `"${layout}"; wanted: post`);
    const title = text_("title", 200).trim();
    // A draft may have none yet, and goes out and in with the others.
    if (title === "" && fields.status !== "draft") fail("title", "missing; wanted: the post's title");
    const createdAt = time("createdAt");
    if (createdAt === undefined) return fail("createdAt", "missing; wanted: 2024-12-31 23:59:59.000000 (UTC)");
    const thumbnail = text_("thumbnail", 100);
    if (thumbnail !== "" && !UUID.test(thumbnail)) fail("thumbnail", `"${thumbnail}"; wanted: a picture's id`);
    const status = z.enum(POST_STATUSES).safeParse(fields.status ?? "published");
    if (!status.success) return fail("status", `wanted: one of ${POST_STATUSES.join(", ")}`);
    const tags = z
        .array(z.coerce.string().min(1).max(60))
        .max(20)
        .safeParse(fields.tags ?? []);
    if (!tags.success) return fail("tags", 'wanted: at most 20, such as ["one", "two"], of at most 60 characters each');
    const publishedAt = time("publishedAt");
    if (status.data === "scheduled" && publishedAt === undefined) {
        fail("status", "scheduled, and no publishedAt; wanted: when it is to be published");
    }
    return {
        title,
        slug: slugOf(text_("slug", 200)) || slugOf(title) || "post",
        createdAt,
        updatedAt: time("updatedAt") ?? createdAt,
        publishedAt: publishedAt ?? (status.data === "published" ? createdAt : null),
        category: text_("category", 60).trim(),
        thumbnail: thumbnail === "" ? null : thumbnail.toLowerCase(),
        status: status.data,
        tags: tags.data,
        description: text_("description", 300),
        markdown: text.slice(match[0].length),
    };
}

function readFields(head: string): Record<string, unknown> {
    let fields: unknown;
    try {
        // Strings only: a time stays as it is written, and 2024 is a title.
        fields = parseYaml(head, { schema: "failsafe", maxAliasCount: 0 });
    } catch (error) {
        if (!(error instanceof YAMLParseError)) throw new FrontMatterError(2, String(error));
        const line = (error.linePos?.[0].line ?? 1) + 1;
        throw new FrontMatterError(line, error.message.split("\n")[0] ?? "");
    }
    if (fields === null || fields === "") return {};
    if (typeof fields !== "object" || Array.isArray(fields)) {
        throw new FrontMatterError(2, 'wanted: a field in each line, such as title: "..."');
    }
    return fields as Record<string, unknown>;
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
