import { useId, type SyntheticEvent } from "react";

import { POST_STATUSES, type PostFields, type PostStatus } from "../../../posts/fields";
import css from "../../../styles/admin.module.css";
import { useAdmin, useWords } from "../context";
import { Dialog } from "../dialog";
import { Field, TextArea, TextField } from "../field";
import { fromLocalInput, toLocalInput } from "../time";
import type { Snapshot } from "./draft-keeper";
import { imagesOf } from "./images-of";
import { withStatus } from "./publish-preset";
import { SlugField } from "./slug-field";
import { TagsInput } from "./tags-input";

const DESCRIPTION = 300;

interface Props {
    readonly id: number;
    readonly snapshot: Snapshot;
    /** What it shows of the post. */
    readonly fields: PostFields;
    readonly categories: readonly string[];
    readonly tags: readonly string[];
    readonly onChange: (patch: Partial<PostFields>) => void;
    readonly onSave: () => void;
    readonly onClose: () => void;
    readonly onDiscard: () => void;
    readonly onTrash: () => void;
    readonly onRevokePreviews: () => void;
}

/** What the save button of a post says. */
export function submitLabel(
    words: ReturnType<typeof useWords>["editor"]["submit"],
    status: PostStatus,
    saved: PostStatus,
): string {
    if (status !== saved) return words[status];
    return status === "published" ? words.update : status === "scheduled" ? words.reschedule : words[status];
}

/** Who sees the post and when, its address, and what stands beside its text. */
export function PublishDialog(props: Props) {
    const { id, snapshot, fields, categories, tags, onChange } = props;
    const t = useWords();
    const { timeZone } = useAdmin();
    const e = t.editor;
    const names = useId();
    const { saved, errors } = snapshot;

    const submit = (event: SyntheticEvent) => {
        event.preventDefault();
        props.onSave();
    };
    return (
        <Dialog title={e.publishSettings} kind="side" onClose={props.onClose}>
            <form className={css.form} onSubmit={submit} noValidate>
                {snapshot.message !== undefined && (
                    <p className={css.error} role="alert">
                        {snapshot.message}
                    </p>
                )}
                {errors.title !== undefined && <p className={css.error}>{errors.title}</p>}
                <fieldset className={css.fieldset}>
                    <legend>{e.statusLabel}</legend>
                    {POST_STATUSES.map((status) => (
                        <label key={status} className={css.choice}>
                            <input
                                type="radio"
                                name="status"
                                value={status}
                                checked={fields.status === status}
                                onChange={() => {
                                    onChange(withStatus(fields, status, Date.now()));
                                }}
                            />
                            <span>
                                {t.status[status]}
                                <span className={css.hint}>{e.statusHints[status]}</span>
                            </span>
                        </label>
                    ))}
                </fieldset>
                {fields.status === "scheduled" && (
                    <TextField
                        label={e.time(timeZone)}
                        error={errors.publishedAt}
                        type="datetime-local"
                        value={toLocalInput(fields.publishedAt, timeZone)}
                        onChange={(event) => {
                            onChange({ publishedAt: fromLocalInput(event.currentTarget.value, timeZone) });
                        }}
                    />
                )}
                {fields.status !== "scheduled" && errors.publishedAt !== undefined && (
                    <p className={css.error}>{errors.publishedAt}</p>
                )}
                <SlugField
                    id={id}
                    slug={fields.slug}
                    title={fields.title}
                    saved={saved.slug}
                    wasPublished={snapshot.wasPublished}
                    error={errors.slug}
                    onChange={(slug) => {
                        onChange({ slug });
                    }}
                />
                <Field label={e.category} hint={e.categoryHint} error={errors.category}>
                    {(control) => (
                        <input
                            {...control}
                            className={css.input}
                            list={names}
                            value={fields.category}
                            maxLength={60}
                            onChange={(event) => {
                                onChange({ category: event.currentTarget.value });
                            }}
                        />
                    )}
                </Field>
                <datalist id={names}>
                    {categories.map((name) => (
                        <option key={name} value={name} />
                    ))}
                </datalist>
                <TagsInput
                    tags={fields.tags}
                    suggestions={tags}
                    error={errors.tags}
                    onChange={(next) => {
                        onChange({ tags: next });
                    }}
                />
                <Thumbnails
                    chosen={fields.thumbnail}
                    ids={imagesOf(fields.markdown)}
                    onChange={(thumbnail) => {
                        onChange({ thumbnail });
                    }}
                />
                <TextArea
                    label={e.description}
                    hint={
                        <>
                            {e.descriptionHint} {e.counter(fields.description.length, DESCRIPTION)}
                        </>
                    }
                    error={errors.description}
                    value={fields.description}
                    maxLength={DESCRIPTION}
                    onChange={(event) => {
                        onChange({ description: event.currentTarget.value });
                    }}
                />
                <button
                    type="submit"
                    className={`${css.button ?? ""} ${css.primary ?? ""}`}
                    disabled={snapshot.state === "saving"}
                >
                    {submitLabel(e.submit, fields.status, saved.status)}
                </button>
            </form>
            <div className={css.row}>
                <button type="button" className={`${css.button ?? ""} ${css.small ?? ""}`} onClick={props.onDiscard}>
                    {e.discard}
                </button>
                <button
                    type="button"
                    className={`${css.button ?? ""} ${css.small ?? ""}`}
                    onClick={props.onRevokePreviews}
                >
                    {e.revokePreviews}
                </button>
                <button
                    type="button"
                    className={`${css.button ?? ""} ${css.small ?? ""} ${css.danger ?? ""}`}
                    onClick={props.onTrash}
                >
                    {e.trash}
                </button>
            </div>
        </Dialog>
    );
}

interface ThumbnailsProps {
    readonly chosen: string | null;
    readonly ids: readonly string[];
    readonly onChange: (id: string | null) => void;
}

function Thumbnails({ chosen, ids, onChange }: ThumbnailsProps) {
    const t = useWords().editor;
    // One that the text no longer shows may stay.
    const all = chosen === null || ids.includes(chosen) ? ids : [...ids, chosen];
    return (
        <fieldset className={css.fieldset}>
            <legend>{t.thumbnail}</legend>
            {all.length === 0 ? (
                <p className={css.hint}>{t.thumbnailEmpty}</p>
            ) : (
                <div className={css.thumbnails}>
                    <label className={css.thumbnail}>
                        <input
                            type="radio"
                            name="thumbnail"
                            checked={chosen === null}
                            onChange={() => {
                                onChange(null);
                            }}
                        />
                        {t.noThumbnail}
                    </label>
                    {all.map((id, index) => (
                        <label key={id} className={css.thumbnail}>
                            <input
                                type="radio"
                                name="thumbnail"
                                checked={chosen === id}
                                onChange={() => {
                                    onChange(id);
                                }}
                            />
                            <img src={`/images/${id}`} alt={t.thumbnailOf(index + 1)} loading="lazy" />
                        </label>
                    ))}
                </div>
            )}
        </fieldset>
    );
}
