import type { PostFields } from "../../../posts/fields";
import type { EditorStamp } from "../../../posts/types";

/** What an editor held when the server could not be told. */
export interface LocalCopy {
    readonly fields: PostFields;
    readonly stamp: EditorStamp;
}

/** The browser's own copy of what is written, for the time between a key and the server's answer. */
export interface LocalCopies {
    read(id: number): LocalCopy | undefined;
    write(id: number, copy: LocalCopy): void;
    remove(id: number): void;
}

const keyOf = (id: number) => `blog.draft.${id}`;

export function localCopies(storage: Pick<Storage, "getItem" | "setItem" | "removeItem">): LocalCopies {
    const attempt = <T>(work: () => T): T | undefined => {
        try {
            return work();
        } catch {
            // Full, or forbidden: the server's copy is the one that counts.
            return undefined;
        }
    };
    return {
        read: (id) =>
            attempt(() => {
                const copy = JSON.parse(storage.getItem(keyOf(id)) ?? "null") as LocalCopy | null;
                return typeof copy?.fields.markdown === "string" && typeof copy.stamp.revision === "number"
                    ? copy
                    : undefined;
            }),
        write: (id, copy) =>
            attempt(() => {
                storage.setItem(keyOf(id), JSON.stringify(copy));
            }),
        remove: (id) =>
            attempt(() => {
                storage.removeItem(keyOf(id));
            }),
    };
}
