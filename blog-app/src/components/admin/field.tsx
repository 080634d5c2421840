import { useId, type InputHTMLAttributes, type ReactNode, type TextareaHTMLAttributes } from "react";

import css from "../../styles/admin.module.css";

interface Common {
    readonly label: string;
    readonly hint?: ReactNode;
    readonly error?: string | undefined;
}

/** The label, the hint and what is wrong, tied to one control. */
export function Field({
    label,
    hint,
    error,
    children,
}: Common & {
    readonly children: (control: {
        readonly id: string;
        readonly "aria-describedby"?: string;
        readonly "aria-invalid"?: true;
    }) => ReactNode;
}) {
    const id = useId();
    const described = [hint === undefined ? "" : `${id}-hint`, error === undefined ? "" : `${id}-error`]
        .join(" ")
        .trim();
    return (
        <div className={css.field}>
            <label className={css.label} htmlFor={id}>
                {label}
            </label>
            {children({
                id,
                ...(described === "" ? {} : { "aria-describedby": described }),
                ...(error === undefined ? {} : { "aria-invalid": true }),
            })}
            {hint !== undefined && (
                <div className={css.hint} id={`${id}-hint`}>
                    {hint}
                </div>
            )}
            {error !== undefined && (
                <div className={css.error} id={`${id}-error`} role="alert">
                    {error}
                </div>
            )}
        </div>
    );
}

export function TextField({ label, hint, error, ...input }: Common & InputHTMLAttributes<HTMLInputElement>) {
    return (
        <Field label={label} hint={hint} error={error}>
            {(control) => <input {...input} {...control} className={css.input} />}
        </Field>
    );
}

export function TextArea({ label, hint, error, ...input }: Common & TextareaHTMLAttributes<HTMLTextAreaElement>) {
    return (
        <Field label={label} hint={hint} error={error}>
            {(control) => <textarea {...input} {...control} className={css.input} />}
        </Field>
    );
}
