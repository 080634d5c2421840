import { useEffect, useRef, useState } from "react";

import css from "../../../styles/admin.module.css";
import { useRequest, useWords } from "../context";

const AFTER = 300;

interface Props {
    readonly title: string;
    readonly markdown: string;
    /** On a narrow window: in place of the editor. */
    readonly shown: boolean;
}

/** What readers will see, made by the server's own renderer. Keeps its place while the text changes. */
export function Preview({ title, markdown, shown }: Props) {
    const t = useWords().editor;
    const request = useRequest();
    const pane = useRef<HTMLElement>(null);
    const [html, setHtml] = useState("");
    const [failed, setFailed] = useState(false);
    const ask = useRef(request);
    useEffect(() => {
        ask.current = request;
    });

    useEffect(() => {
        const abort = new AbortController();
        const timer = setTimeout(() => {
            // Not shown on a narrow window: not asked for.
            if (pane.current?.offsetParent == null) return;
            ask.current<{ html: string }>("POST", "/api/render", { markdown }, abort.signal)
                .then((answer) => {
                    setHtml(answer.html);
                    setFailed(false);
                })
                .catch(() => {
                    if (!abort.signal.aborted) setFailed(true);
                });
        }, AFTER);
        return () => {
            clearTimeout(timer);
            abort.abort();
        };
    }, [markdown, shown]);

    return (
        // It scrolls, so the keyboard must reach it.
        <section ref={pane} className={css.preview} aria-label={t.previewTitle} tabIndex={0}>
            {failed && <p className={css.error}>{t.previewFailed}</p>}
            {title === "" && html === "" ? (
                <p className={css.hint}>{t.previewEmpty}</p>
            ) : (
                <>
                    <h2 className={css.previewTitle}>{title}</h2>
                    <div className={`prose ${css.previewText ?? ""}`} dangerouslySetInnerHTML={{ __html: html }} />
                </>
            )}
        </section>
    );
}
