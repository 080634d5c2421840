import { useRouter } from "next/router";
import { useState, type SyntheticEvent } from "react";

import { authorPage, type AuthorPageProps } from "../../auth/author-page";
import { useRequest, useWords } from "../../components/admin/context";
import { Confirm, Dialog } from "../../components/admin/dialog";
import { Field, TextField } from "../../components/admin/field";
import type { RequestError } from "../../components/admin/request";
import { AdminShell } from "../../components/admin/shell";
import { useToast } from "../../components/admin/toasts";
import { adminStrings } from "../../i18n/admin";
import type { TermListing } from "../../posts/types";
import { services } from "../../server/services";
import css from "../../styles/admin.module.css";

interface Props {
    readonly categories: readonly TermListing[];
    readonly tags: readonly TermListing[];
}

const SMALL = `${css.button ?? ""} ${css.small ?? ""}`;

export default function Terms(props: Props & AuthorPageProps) {
    const t = adminStrings(props.language).terms;
    return (
        <AdminShell {...props} current="categories" title={t.title}>
            <div className={css.heading}>
                <h1>{t.title}</h1>
            </div>
            <div className={css.columns}>
                <Categories categories={props.categories} />
                <Tags tags={props.tags} />
            </div>
        </AdminShell>
    );
}

/** Does it, says so, and shows what came of it; false: it was refused, and that was said. */
function useAct() {
    const request = useRequest();
    const toast = useToast();
    const router = useRouter();
    return async (method: "POST" | "PUT" | "DELETE", path: string, body: unknown, done: string) => {
        try {
            await request(method, path, body);
            await router.replace(router.asPath, undefined, { scroll: false });
            if (done !== "") toast({ text: done });
        } catch (error) {
            toast({ text: (error as Error).message });
        }
    };
}

function Categories({ categories }: { readonly categories: readonly TermListing[] }) {
    const t = useWords().terms;
    const act = useAct();
    const [renaming, setRenaming] = useState<TermListing>();
    const [removing, setRemoving] = useState<TermListing>();
    const [into, setInto] = useState("");

    const move = (index: number, by: -1 | 1) => {
        const ids = categories.map(({ id }) => id);
        const [moved] = ids.splice(index, 1);
        if (moved !== undefined) ids.splice(index + by, 0, moved);
        void act("PUT", "/api/categories", { ids }, "");
    };
    return (
        <section className={css.section} aria-labelledby="categories">
            <h2 id="categories">{t.categories}</h2>
            <NewCategory />
            {categories.length === 0 ? (
                <p className={css.empty}>{t.emptyCategories}</p>
            ) : (
                <ol className={css.items}>
                    {categories.map((term, index) => (
                        <TermItem
                            key={term.id}
                            term={term}
                            onRename={() => {
                                setRenaming(term);
                            }}
                            onRemove={() => {
                                setInto("");
                                setRemoving(term);
                            }}
                        >
                            <button
                                type="button"
                                className={SMALL}
                                aria-label={t.up(term.name)}
                                disabled={index === 0}
                                onClick={() => {
                                    move(index, -1);
                                }}
                            >
                                ↑
                            </button>
                            <button
                                type="button"
                                className={SMALL}
                                aria-label={t.down(term.name)}
                                disabled={index === categories.length - 1}
                                onClick={() => {
                                    move(index, 1);
                                }}
                            >
                                ↓
                            </button>
                        </TermItem>
                    ))}
                </ol>
            )}
            {renaming !== undefined && (
                <Rename
                    term={renaming}
                    path={`/api/categories/${renaming.id}`}
                    hint={t.renameHint}
                    onClose={() => {
                        setRenaming(undefined);
                    }}
                />
            )}
            {removing !== undefined && (
                <Confirm
                    title={t.removeOf(removing.name)}
                    text={t.removeCategoryAsk(removing.name)}
                    confirm={t.removeOf(removing.name)}
                    onConfirm={() => {
                        setRemoving(undefined);
                        const body = { into: into === "" ? null : Number(into) };
                        void act("DELETE", `/api/categories/${removing.id}`, body, t.removed);
                    }}
                    onClose={() => {
                        setRemoving(undefined);
                    }}
                >
                    <Field label={t.moveTo}>
                        {(control) => (
                            <select
                                {...control}
                                className={css.input}
                                value={into}
                                onChange={(event) => {
                                    setInto(event.currentTarget.value);
                                }}
                            >
                                <option value="">{t.noCategory}</option>
                                {categories
                                    .filter(({ id }) => id !== removing.id)
                                    .map(({ id, name }) => (
                                        <option key={id} value={id}>
                                            {name}
                                        </option>
                                    ))}
                            </select>
                        )}
                    </Field>
                </Confirm>
            )}
        </section>
    );
}

function NewCategory() {
    const t = useWords().terms;
    const request = useRequest();
    const router = useRouter();
    const [name, setName] = useState("");
    const [error, setError] = useState<RequestError>();

    const submit = async (event: SyntheticEvent) => {
        event.preventDefault();
        try {
            await request("POST", "/api/categories", { name });
            setName("");
            setError(undefined);
            await router.replace(router.asPath, undefined, { scroll: false });
        } catch (refused) {
            setError(refused as RequestError);
        }
    };
    return (
        <form className={css.form} onSubmit={(event) => void submit(event)}>
            <TextField
                label={t.newCategory}
                error={error === undefined ? undefined : (error.fields.name ?? error.message)}
                value={name}
                required
                maxLength={60}
                onChange={(event) => {
                    setName(event.currentTarget.value);
                }}
            />
            <div className={css.row}>
                <button type="submit" className={css.button}>
                    {t.add}
                </button>
            </div>
        </form>
    );
}

function Tags({ tags }: { readonly tags: readonly TermListing[] }) {
    const t = useWords().terms;
    const request = useRequest();
    const toast = useToast();
    const router = useRouter();
    const act = useAct();
    const [renaming, setRenaming] = useState<TermListing>();
    const [removing, setRemoving] = useState<TermListing>();

    const removeUnused = async () => {
        try {
            const { removed } = await request<{ removed: number }>("DELETE", "/api/tags");
            await router.replace(router.asPath, undefined, { scroll: false });
            toast({ text: t.removedUnused(removed) });
        } catch (error) {
            toast({ text: (error as Error).message });
        }
    };
    return (
        <section className={css.section} aria-labelledby="tags">
            <h2 id="tags">{t.tags}</h2>
            {tags.length === 0 ? (
                <p className={css.empty}>{t.emptyTags}</p>
            ) : (
                <>
                    <div className={css.bar}>
                        <button type="button" className={SMALL} onClick={() => void removeUnused()}>
                            {t.removeUnused}
                        </button>
                    </div>
                    <ul className={css.items}>
                        {tags.map((term) => (
                            <TermItem
                                key={term.id}
                                term={term}
                                onRename={() => {
                                    setRenaming(term);
                                }}
                                onRemove={() => {
                                    setRemoving(term);
                                }}
                            />
                        ))}
                    </ul>
                </>
            )}
            {renaming !== undefined && (
                <Rename
                    term={renaming}
                    path={`/api/tags/${renaming.id}`}
                    hint={`${t.renameHint} ${t.mergeHint}`}
                    onClose={() => {
                        setRenaming(undefined);
                    }}
                />
            )}
            {removing !== undefined && (
                <Confirm
                    title={t.removeOf(removing.name)}
                    text={t.removeTagAsk(removing.name, removing.posts)}
                    confirm={t.removeOf(removing.name)}
                    onConfirm={() => {
                        setRemoving(undefined);
                        void act("DELETE", `/api/tags/${removing.id}`, undefined, t.removed);
                    }}
                    onClose={() => {
                        setRemoving(undefined);
                    }}
                />
            )}
        </section>
    );
}

interface ItemProps {
    readonly term: TermListing;
    readonly onRename: () => void;
    readonly onRemove: () => void;
    readonly children?: React.ReactNode;
}

function TermItem({ term, onRename, onRemove, children }: ItemProps) {
    const t = useWords();
    return (
        <li className={css.item}>
            <div className={css.itemText}>
                <span className={css.itemTitle}>{term.name}</span>
                <div className={css.meta}>
                    <span>{t.terms.posts(term.posts)}</span>
                </div>
            </div>
            <div className={css.row}>
                {children}
                <button type="button" className={SMALL} aria-label={t.terms.renameOf(term.name)} onClick={onRename}>
                    {t.terms.rename}
                </button>
                <button
                    type="button"
                    className={`${SMALL} ${css.danger ?? ""}`}
                    aria-label={t.terms.removeOf(term.name)}
                    onClick={onRemove}
                >
                    {t.common.delete}
                </button>
            </div>
        </li>
    );
}

interface RenameProps {
    readonly term: TermListing;
    readonly path: string;
    readonly hint: string;
    readonly onClose: () => void;
}

function Rename({ term, path, hint, onClose }: RenameProps) {
    const t = useWords();
    const request = useRequest();
    const toast = useToast();
    const router = useRouter();
    const [name, setName] = useState(term.name);
    const [error, setError] = useState<RequestError>();

    const submit = async (event: SyntheticEvent) => {
        event.preventDefault();
        try {
            await request("PUT", path, { name });
            onClose();
            await router.replace(router.asPath, undefined, { scroll: false });
            toast({ text: t.terms.saved });
        } catch (refused) {
            setError(refused as RequestError);
        }
    };
    return (
        <Dialog title={t.terms.renameOf(term.name)} onClose={onClose}>
            <form className={css.form} onSubmit={(event) => void submit(event)}>
                <TextField
                    label={t.terms.name}
                    hint={hint}
                    error={error === undefined ? undefined : (error.fields.name ?? error.message)}
                    value={name}
                    required
                    maxLength={60}
                    onChange={(event) => {
                        setName(event.currentTarget.value);
                    }}
                />
                <div className={css.dialogFoot}>
                    <button type="submit" className={`${css.button ?? ""} ${css.primary ?? ""}`}>
                        {t.common.save}
                    </button>
                </div>
            </form>
        </Dialog>
    );
}

export const getServerSideProps = authorPage<Props>(async () => {
    const { posts } = services();
    const [categories, tags] = await Promise.all([posts.categories.list(), posts.tags.list()]);
    return { categories, tags };
});
