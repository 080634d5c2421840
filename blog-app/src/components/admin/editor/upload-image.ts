import type { AdminStrings } from "../../../i18n/admin";
import { request, RequestError } from "../request";

interface Begun {
    readonly id: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
}

/**
 * Uploads a picture: the server says where to, the browser puts it there, the server looks at it. Progress is from 0
 * to 1. Returns the picture's id; throws a `RequestError` that says what is wrong with it.
 */
export async function uploadImage(
    words: AdminStrings,
    file: File,
    onProgress: (done: number) => void,
): Promise<string> {
    const begun = await request<Begun>(words.common, "POST", "/api/images", {
        name: file.name,
        contentType: file.type,
        bytes: file.size,
    });
    await put(begun, file, onProgress, words.editor.uploadStorage);
    await request(words.common, "POST", `/api/images/${begun.id}/complete`);
    return begun.id;
}

/** Nothing comes of uploading the same file again: its type, its size or its content is not taken. */
export function isRefusedForGood(error: unknown): boolean {
    return error instanceof RequestError && [413, 415, 422].includes(error.status);
}

/** By XMLHttpRequest: fetch does not tell how far an upload is. */
function put(begun: Begun, file: File, onProgress: (done: number) => void, failure: string): Promise<void> {
    return new Promise((resolve, reject) => {
        const upload = new XMLHttpRequest();
        upload.open("PUT", begun.url);
        for (const [name, value] of Object.entries(begun.headers)) upload.setRequestHeader(name, value);
        upload.upload.addEventListener("progress", ({ loaded, total }) => {
            onProgress(total === 0 ? 0 : loaded / total);
        });
        upload.addEventListener("load", () => {
            if (upload.status >= 200 && upload.status < 300) resolve();
            // Whatever the store says of this address: another try is given another one.
            else reject(new RequestError(0, failure));
        });
        upload.addEventListener("error", () => {
            reject(new RequestError(0, failure));
        });
        upload.send(file);
    });
}
