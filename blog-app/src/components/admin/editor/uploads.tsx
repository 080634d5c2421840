import { useCallback, useRef, useState, type RefObject } from "react";

import { uploadPlaceholder } from "../../../posts/upload-placeholders";
import css from "../../../styles/admin.module.css";
import { useWords } from "../context";
import { markdownImage } from "./images-of";
import type { MarkdownEditorHandle } from "./markdown-editor";
import { isRefusedForGood, uploadImage } from "./upload-image";

export interface Upload {
    readonly key: string;
    readonly file: File;
    /** What stands in the text until it is there. */
    readonly placeholder: string;
    /** From 0 to 1. */
    readonly done: number;
    readonly error: string | undefined;
    /** It never can be uploaded, and the text has no placeholder of it any more. */
    readonly refused: boolean;
}

/** Uploads of the editor: each puts a placeholder at the cursor, and its picture in the placeholder's stead. */
export function useUploads(editor: RefObject<MarkdownEditorHandle | null>) {
    const t = useWords();
    const [uploads, setUploads] = useState<readonly Upload[]>([]);
    const count = useRef(0);

    const update = useCallback((key: string, change: Partial<Upload>) => {
        setUploads((all) => all.map((one) => (one.key === key ? { ...one, ...change } : one)));
    }, []);
    const forget = useCallback((key: string) => {
        setUploads((all) => all.filter((one) => one.key !== key));
    }, []);
    const run = async (upload: Upload) => {
        update(upload.key, { done: 0, error: undefined });
        try {
            const id = await uploadImage(t, upload.file, (done) => {
                update(upload.key, { done });
            });
            // Where the author took the placeholder away, the picture is not wanted.
            editor.current?.swap(upload.placeholder, markdownImage(upload.file.name, `/images/${id}`));
            forget(upload.key);
        } catch (error) {
            const refused = isRefusedForGood(error);
            if (refused) editor.current?.swap(upload.placeholder, "");
            update(upload.key, { error: (error as Error).message, refused });
        }
    };
    return {
        uploads,
        start: (files: readonly File[]) => {
            const begun = files.map((file): Upload => {
                count.current += 1;
                const key = `upload-${count.current}`;
                const placeholder = uploadPlaceholder(t.editor.uploadPlaceholder(file.name), count.current);
                return { key, file, placeholder, done: 0, error: undefined, refused: false };
            });
            editor.current?.insert(begun.map(({ placeholder }) => placeholder).join("\n\n"));
            setUploads((all) => [...all, ...begun]);
            for (const upload of begun) void run(upload);
        },
        retry: (upload: Upload) => void run(upload),
        drop: (upload: Upload) => {
            editor.current?.swap(upload.placeholder, "");
            forget(upload.key);
        },
    };
}

interface Props {
    readonly uploads: readonly Upload[];
    readonly onRetry: (upload: Upload) => void;
    readonly onDrop: (upload: Upload) => void;
}

export function UploadList({ uploads, onRetry, onDrop }: Props) {
    const { editor: t, common } = useWords();
    const button = `${css.button ?? ""} ${css.small ?? ""}`;
    if (uploads.length === 0) return null;
    return (
        <ul className={css.uploads} aria-label={t.uploadsTitle}>
            {uploads.map((upload) => (
                <li key={upload.key}>
                    {upload.error === undefined ? (
                        <>
                            <span>{t.uploading(upload.file.name)}</span>
                            <progress value={upload.done} max={1} aria-label={t.uploading(upload.file.name)} />
                        </>
                    ) : (
                        <span className={css.error} role="alert">
                            {upload.refused ? t.uploadRefused(upload.file.name) : t.uploadFailed(upload.file.name)}{" "}
                            {upload.error}
                        </span>
                    )}
                    {upload.error !== undefined && !upload.refused && (
                        <button
                            type="button"
                            className={button}
                            onClick={() => {
                                onRetry(upload);
                            }}
                        >
                            {t.uploadRetry}
                        </button>
                    )}
                    <button
                        type="button"
                        className={button}
                        onClick={() => {
                            onDrop(upload);
                        }}
                    >
                        {upload.refused ? common.close : t.uploadDrop}
                    </button>
                </li>
            ))}
        </ul>
    );
}
