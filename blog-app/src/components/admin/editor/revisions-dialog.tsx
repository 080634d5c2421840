import { useEffect, useRef, useState } from "react";

import type { Revision, RevisionListing } from "../../../posts/types";
import css from "../../../styles/admin.module.css";
import { useAdmin, useRequest, useWords } from "../context";
import { Dialog } from "../dialog";
import { minuteOf } from "../time";
import { lineDiff } from "./line-diff";

interface Props {
    readonly id: number;
    /** What is in the editor. */
    readonly title: string;
    readonly markdown: string;
    readonly onRestore: (revision: Revision) => void;
    readonly onClose: () => void;
}

/** Every text that was saved, each beside what is in the editor now. */
export function RevisionsDialog({ id, title, markdown, onRestore, onClose }: Props) {
    const t = useWords();
    const { timeZone } = useAdmin();
    const request = useRequest();
    const ask = useRef(request);
    const [list, setList] = useState<readonly RevisionListing[]>([]);
    const [chosen, setChosen] = useState<Revision>();
    const [error, setError] = useState("");

    useEffect(() => {
        ask.current<{ revisions: readonly RevisionListing[] }>("GET", `/api/posts/${id}/revisions`)
            .then(({ revisions }) => {
                setList(revisions);
            })
            .catch((refused: unknown) => {
                setError((refused as Error).message);
            });
    }, [id]);

    const choose = async (revision: number) => {
        try {
            setChosen(await request<Revision>("GET", `/api/posts/${id}/revisions/${revision}`));
            setError("");
        } catch (refused) {
            setError((refused as Error).message);
        }
    };
    return (
        <Dialog title={t.editor.revisions} kind="wide" onClose={onClose}>
            <p className={css.hint}>{t.editor.revisionsHint}</p>
            {error !== "" && (
                <p className={css.error} role="alert">
                    {error}
                </p>
            )}
            <div className={css.revisions}>
                <ul className={css.revisionList}>
                    {list.map((one) => (
                        <li key={one.revision}>
                            <button
                                type="button"
                                aria-pressed={chosen?.revision === one.revision}
                                onClick={() => void choose(one.revision)}
                            >
                                {t.editor.revisionItem(minuteOf(one.savedAt, timeZone), one.characters)}
                            </button>
                        </li>
                    ))}
                </ul>
                <div>
                    {chosen !== undefined && (
                        <Diff before={`${title}\n\n${markdown}`} after={`${chosen.title}\n\n${chosen.markdown}`} />
                    )}
                </div>
            </div>
            <div className={css.dialogFoot}>
                <button
                    type="button"
                    className={`${css.button ?? ""} ${css.primary ?? ""}`}
                    disabled={chosen === undefined}
                    onClick={() => {
                        if (chosen !== undefined) onRestore(chosen);
                    }}
                >
                    {t.editor.revisionRestore}
                </button>
            </div>
        </Dialog>
    );
}

function Diff({ before, after }: { readonly before: string; readonly after: string }) {
    const t = useWords().editor;
    const lines = lineDiff(before, after);
    if (lines.every(({ kind }) => kind === "same")) return <p>{t.revisionSame}</p>;
    return (
        // It scrolls, so the keyboard must reach it.
        <div className={css.diff} role="region" aria-label={t.revisions} tabIndex={0}>
            {lines.map((line, index) =>
                line.kind === "same" ? (
                    <div key={index} data-kind="same">
                        ⋯ {t.diffUnchanged(line.lines)}
                    </div>
                ) : (
                    <div key={index} data-kind={line.kind}>
                        <span aria-hidden="true">{line.kind === "added" ? "+ " : "− "}</span>
                        <span className="sr-only">{line.kind === "added" ? t.diffAdded : t.diffRemoved}: </span>
                        {line.text}
                    </div>
                ),
            )}
        </div>
    );
}
