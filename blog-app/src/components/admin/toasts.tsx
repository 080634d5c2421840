import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from "react";

import css from "../../styles/admin.module.css";
import { useWords } from "./context";

const SECONDS = 8;

interface Toast {
    readonly text: string;
    readonly action?:
        { readonly label: string; readonly run: () => void } | { readonly label: string; readonly href: string };
}

const ToastContext = createContext<(toast: Toast) => void>(() => undefined);

/** Shows a notice for some seconds; one that has the focus or the pointer stays. */
export function useToast(): (toast: Toast) => void {
    return useContext(ToastContext);
}

export function Toasts({ children }: { readonly children: ReactNode }) {
    const t = useWords();
    const [toasts, setToasts] = useState<readonly (Toast & { readonly id: number })[]>([]);
    const timers = useRef(new Map<number, ReturnType<typeof setTimeout>>());
    const last = useRef(0);

    const dismiss = useCallback((id: number) => {
        clearTimeout(timers.current.get(id));
        timers.current.delete(id);
        setToasts((shown) => shown.filter((toast) => toast.id !== id));
    }, []);
    const wait = useCallback(
        (id: number) => {
            clearTimeout(timers.current.get(id));
            timers.current.set(
                id,
                setTimeout(() => {
                    dismiss(id);
                }, SECONDS * 1000),
            );
        },
        [dismiss],
    );
    const hold = (id: number) => {
        clearTimeout(timers.current.get(id));
    };
    const show = useCallback(
        (toast: Toast) => {
            last.current += 1;
            const id = last.current;
            setToasts((shown) => [...shown.slice(-2), { ...toast, id }]);
            wait(id);
        },
        [wait],
    );
    const region = useMemo(() => <ToastContext value={show}>{children}</ToastContext>, [show, children]);
    return (
        <>
            {region}
            <div className={css.toasts} role="status" aria-live="polite" aria-label={t.common.notices}>
                {toasts.map((toast) => (
                    <div
                        key={toast.id}
                        className={css.toast}
                        onMouseEnter={() => {
                            hold(toast.id);
                        }}
                        onMouseLeave={() => {
                            wait(toast.id);
                        }}
                        onFocus={() => {
                            hold(toast.id);
                        }}
                        onBlur={() => {
                            wait(toast.id);
                        }}
                    >
                        <span>{toast.text}</span>
                        {toast.action !== undefined &&
                            ("href" in toast.action ? (
                                <a href={toast.action.href}>{toast.action.label}</a>
                            ) : (
                                <ActionButton
                                    label={toast.action.label}
                                    run={toast.action.run}
                                    done={() => {
                                        dismiss(toast.id);
                                    }}
                                />
                            ))}
                        <button
                            type="button"
                            aria-label={t.common.dismiss}
                            onClick={() => {
                                dismiss(toast.id);
                            }}
                        >
                            ×
                        </button>
                    </div>
                ))}
            </div>
        </>
    );
}

function ActionButton({ label, run, done }: { label: string; run: () => void; done: () => void }) {
    return (
        <button
            type="button"
            onClick={() => {
                done();
                run();
            }}
        >
            {label}
        </button>
    );
}
