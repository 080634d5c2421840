import { useEffect, useId, useRef, type ReactNode } from "react";

import css from "../../styles/admin.module.css";
import { useWords } from "./context";

interface Props {
    readonly title: string;
    readonly onClose: () => void;
    readonly kind?: "plain" | "wide" | "side";
    readonly children: ReactNode;
}

/** A modal dialog for as long as it is rendered. Escape and its button close it; the focus goes back where it was. */
export function Dialog({ title, onClose, kind = "plain", children }: Props) {
    const t = useWords();
    const ref = useRef<HTMLDialogElement>(null);
    const id = useId();
    useEffect(() => {
        const before = document.activeElement;
        const dialog = ref.current;
        dialog?.showModal();
        return () => {
            dialog?.close();
            if (before instanceof HTMLElement) before.focus();
        };
    }, []);
    const size = kind === "wide" ? css.dialogWide : kind === "side" ? css.dialogSide : "";
    return (
        <dialog
            ref={ref}
            className={`${css.dialog ?? ""} ${size ?? ""}`}
            aria-labelledby={id}
            onCancel={(event) => {
                // React takes it away, not the browser.
                event.preventDefault();
                onClose();
            }}
        >
            <div className={css.dialogHead}>
                <h2 id={id}>{title}</h2>
                <button type="button" className={`${css.button ?? ""} ${css.small ?? ""}`} onClick={onClose}>
                    {t.common.close}
                </button>
            </div>
            {children}
        </dialog>
    );
}

interface ConfirmProps {
    readonly title: string;
    readonly text: string;
    readonly confirm: string;
    readonly onConfirm: () => void;
    readonly onClose: () => void;
    readonly children?: ReactNode;
}

/** Asks before something that can't be undone. */
export function Confirm({ title, text, confirm, onConfirm, onClose, children }: ConfirmProps) {
    const t = useWords();
    return (
        <Dialog title={title} onClose={onClose}>
            <p>{text}</p>
            {children}
            <div className={css.dialogFoot}>
                <button type="button" className={css.button} onClick={onClose}>
                    {t.common.cancel}
                </button>
                <button type="button" className={`${css.button ?? ""} ${css.danger ?? ""}`} onClick={onConfirm}>
                    {confirm}
                </button>
            </div>
        </Dialog>
    );
}
