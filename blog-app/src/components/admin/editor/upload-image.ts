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
            else reject(new RequestError(upload.status, failure));
        });
        upload.addEventListener("error", () => {
            reject(new RequestError(0, failure));
        });
        upload.send(file);
    });
}
