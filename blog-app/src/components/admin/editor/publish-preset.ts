import { postFields, type PostFields, type PostStatus } from "../../../posts/fields";
import { imagesOf } from "./images-of";

const HOUR = 60 * 60 * 1000;

/** The status with a time that goes with it: to come for what is scheduled, past (or now) for what is out. */
export function withStatus(
    { publishedAt }: Pick<PostFields, "publishedAt">,
    status: PostStatus,
    now: number,
): Partial<PostFields> {
    const future = publishedAt !== null && new Date(publishedAt).getTime() > now;
    if (status === "scheduled" && !future) {
        return { status, publishedAt: new Date(Math.ceil((now + HOUR) / HOUR) * HOUR).toISOString() };
    }
    return status === "published" && future ? { status, publishedAt: null } : { status };
}

/**
 * What is chosen for the author where the dialog opens, and counts only once it is saved from there: "published" where
 * it was opened to publish, and the text's first picture as the thumbnail of a draft that never had one.
 */
export function presetOf(fields: PostFields, saved: PostFields, publish: boolean, now: number): Partial<PostFields> {
    const unchosen = saved.status === "draft" && saved.thumbnail === null && fields.thumbnail === null;
    const first = imagesOf(fields.markdown).find((id) => postFields.shape.thumbnail.safeParse(id).success);
    return {
        ...(publish ? withStatus(fields, "published", now) : {}),
        ...(unchosen && first !== undefined ? { thumbnail: first } : {}),
    };
}

/** What is left of a preset once the author has chosen something. */
export function presetWithout(preset: Partial<PostFields>, patch: Partial<PostFields>): Partial<PostFields> {
    const chosen = new Set(Object.keys(patch));
    // The time goes with the status.
    if (chosen.has("status")) chosen.add("publishedAt");
    return Object.fromEntries(Object.entries(preset).filter(([name]) => !chosen.has(name)));
}
