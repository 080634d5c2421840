import { useId, useState, type KeyboardEvent } from "react";

import css from "../../../styles/admin.module.css";
import { useWords } from "../context";
import { Field } from "../field";

interface Props {
    readonly tags: readonly string[];
    readonly suggestions: readonly string[];
    readonly error: string | undefined;
    readonly onChange: (tags: string[]) => void;
}

/** Tags as buttons that take them away, and an input that adds one by Enter, a comma or by leaving it. */
export function TagsInput({ tags, suggestions, error, onChange }: Props) {
    const t = useWords().editor;
    const list = useId();
    const [text, setText] = useState("");

    const add = (typed: string) => {
        const names = typed
            .split(",")
            .map((name) => name.trim())
            .filter((name) => name !== "");
        const next = [...tags];
        for (const name of names) {
            if (!next.some((tag) => tag.toLowerCase() === name.toLowerCase())) next.push(name.slice(0, 60));
        }
        setText("");
        if (next.length !== tags.length) onChange(next);
    };
    const key = (event: KeyboardEvent) => {
        // This Enter ends a syllable.
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Enter") {
            event.preventDefault();
            add(text);
        } else if (event.key === "Backspace" && text === "" && tags.length > 0) {
            onChange(tags.slice(0, -1));
        }
    };
    return (
        <div className={css.fieldset}>
            <Field label={t.tags} hint={t.tagsHint} error={error}>
                {(control) => (
                    <input
                        {...control}
                        className={css.input}
                        list={list}
                        value={text}
                        maxLength={60}
                        onChange={(event) => {
                            if (event.currentTarget.value.endsWith(",")) add(event.currentTarget.value);
                            else setText(event.currentTarget.value);
                        }}
                        onKeyDown={key}
                        onBlur={() => {
                            add(text);
                        }}
                    />
                )}
            </Field>
            <datalist id={list}>
                {suggestions
                    .filter((name) => !tags.includes(name))
                    .map((name) => (
                        <option key={name} value={name} />
                    ))}
            </datalist>
            {tags.length > 0 && (
                <ul className={css.tagList} aria-label={t.tagsAdded}>
                    {tags.map((name) => (
                        <li key={name}>
                            <button
                                type="button"
                                aria-label={t.removeTag(name)}
                                onClick={() => {
                                    onChange(tags.filter((tag) => tag !== name));
                                }}
                            >
                                {name} <span aria-hidden="true">×</span>
                            </button>
                        </li>
                    ))}
                </ul>
            )}
        </div>
    );
}
