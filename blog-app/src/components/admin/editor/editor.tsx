import { useEffect, useId, useRef, useState, useSyncExternalStore } from "react";

import type { PostFields } from "../../../posts/fields";
import type { EditorPost, PostConflict, PreviewLink, Revision } from "../../../posts/types";
import { postPath } from "../../../reader/paths";
import css from "../../../styles/admin.module.css";
import { useAdmin, useRequest, useWords } from "../context";
import { Confirm, Dialog } from "../dialog";
import type { RequestError } from "../request";
import { minuteOf } from "../time";
import { useToast } from "../toasts";
import { DraftKeeper, type Snapshot } from "./draft-keeper";
import { localCopies } from "./local-copy";
import { MarkdownEditor, type MarkdownEditorHandle } from "./markdown-editor";
import { Preview } from "./preview";
import { PublishDialog, submitLabel } from "./publish-dialog";
import { presetOf, presetWithout } from "./publish-preset";
import { RevisionsDialog } from "./revisions-dialog";
import { UploadList, useUploads } from "./uploads";

interface Props {
    readonly post: EditorPost;
    readonly categories: readonly string[];
    readonly tags: readonly string[];
}

const SMALL = `${css.button ?? ""} ${css.small ?? ""}`;
const TITLE = 200;
/** Fields that are in the dialog. */
const BESIDE = ["slug", "publishedAt", "category", "tags", "thumbnail", "description"];

/** The editor of one post; runs in the browser alone. */
export function Editor({ post, categories, tags }: Props) {
    const t = useWords();
    const { timeZone } = useAdmin();
    const e = t.editor;
    const request = useRequest();
    const toast = useToast();
    const keys = useId();
    const editor = useRef<MarkdownEditorHandle>(null);
    const file = useRef<HTMLInputElement>(null);
    const [open, setOpen] = useState<"publish" | "revisions" | "discard">();
    const [show, setShow] = useState<"writing" | "preview">("writing");
    /** Shown in the dialog, and the post's once it is saved from there. */
    const [preset, setPreset] = useState<Partial<PostFields>>({});
    /** The conflict that the author put off: what is written stays in this browser until a save asks again. */
    const [putOff, setPutOff] = useState<PostConflict>();
    const [keeper] = useState(
        () =>
            new DraftKeeper(
                post.id,
                post,
                {
                    keep: (fields, stamp) => request("PUT", `/api/posts/${post.id}/draft`, { fields, stamp }),
                    save: (fields, stamp) => request("PUT", `/api/posts/${post.id}`, { fields, stamp }),
                    load: () => request("GET", `/api/posts/${post.id}`),
                    discard: () => request("DELETE", `/api/posts/${post.id}/draft`),
                },
                localCopies(window.localStorage),
            ),
    );
    const snapshot = useSyncExternalStore(keeper.subscribe, keeper.snapshot);
    const { uploads, start, retry, drop } = useUploads(editor);
    const { fields, saved, state } = snapshot;

    useEffect(() => {
        const leaving = (event: BeforeUnloadEvent) => {
            if (!keeper.safe) event.preventDefault();
        };
        const hidden = () => {
            keeper.writeLocal();
        };
        const online = () => {
            keeper.online();
        };
        window.addEventListener("beforeunload", leaving);
        window.addEventListener("pagehide", hidden);
        window.addEventListener("online", online);
        window.addEventListener("focus", online);
        return () => {
            window.removeEventListener("beforeunload", leaving);
            window.removeEventListener("pagehide", hidden);
            window.removeEventListener("online", online);
            window.removeEventListener("focus", online);
            keeper.close();
        };
    }, [keeper]);

    const save = async () => {
        // Those whose place the author has taken out of the text are not waited for.
        const waiting = uploads.filter(({ placeholder }) => fields.markdown.includes(placeholder));
        if (waiting.length > 0) {
            // The notice and the list of uploads are behind the dialog.
            setOpen(undefined);
            toast({
                text: e.uploadWait(waiting.map(({ file: { name } }) => name).join(", ")),
                action: {
                    label: e.uploadDrop,
                    run: () => {
                        waiting.forEach(drop);
                    },
                },
            });
            return;
        }
        const before = saved.status;
        if (open === "publish") {
            keeper.change(preset);
            setPreset({});
        }
        try {
            const now = await keeper.save();
            setOpen(undefined);
            const out = now.fields.status === "published";
            const text =
                now.fields.status === "scheduled" && now.fields.publishedAt !== null
                    ? e.scheduledNow(minuteOf(now.fields.publishedAt, timeZone))
                    : out && before !== "published"
                      ? e.publishedNow
                      : e.saved;
            toast({ text, ...(out ? { action: { label: e.view, href: postPath(now.fields.slug) } } : {}) });
            if (now.draft !== null) toast({ text: e.otherDraft });
        } catch (error) {
            const { fields: refused, message } = error as RequestError;
            if (BESIDE.some((name) => name in refused)) {
                if (open !== "publish") setPreset({});
                setOpen("publish");
            } else toast({ text: refused.title ?? refused.markdown ?? message });
        }
    };
    const openPublish = (publish: boolean) => {
        setPreset(presetOf(fields, saved, publish, Date.now()));
        setOpen("publish");
    };
    // Ctrl+S wherever the focus is, but not twice in the text.
    const saveBy = useRef(save);
    useEffect(() => {
        saveBy.current = save;
    });
    useEffect(() => {
        const key = (event: KeyboardEvent) => {
            if (event.defaultPrevented || event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            void saveBy.current();
        };
        window.addEventListener("keydown", key);
        return () => {
            window.removeEventListener("keydown", key);
        };
    }, []);

    const copyPreview = async () => {
        try {
            // The link shows what is kept.
            await keeper.keep();
            const link = await request<PreviewLink>("POST", `/api/posts/${post.id}/preview`);
            const address = new URL(link.path, window.location.href).href;
            try {
                await navigator.clipboard.writeText(address);
                toast({ text: e.previewLinkCopied(minuteOf(link.expiresAt, timeZone)) });
            } catch {
                toast({ text: `${e.previewLinkManual} ${address}` });
            }
        } catch (error) {
            toast({ text: (error as Error).message });
        }
    };
    const attempt = async (work: Promise<unknown>, done?: string) => {
        try {
            await work;
            if (done !== undefined) toast({ text: done });
        } catch (error) {
            toast({ text: (error as Error).message });
        }
    };
    const trash = async () => {
        await keeper.keep();
        try {
            await request("DELETE", `/api/posts/${post.id}`);
            window.location.assign("/admin/trash");
        } catch (error) {
            toast({ text: (error as Error).message });
        }
    };
    const restore = (revision: Revision) => {
        keeper.replace({ title: revision.title, markdown: revision.markdown });
        setOpen(undefined);
        toast({ text: e.revisionRestored });
    };
    return (
        <div className={css.editor}>
            <header className={css.editorTop}>
                <a className={`${SMALL} ${css.plain ?? ""}`} href="/admin">
                    ← {e.back}
                </a>
                <SaveState snapshot={snapshot} />
                <button
                    type="button"
                    className={`${SMALL} ${css.onlyNarrow ?? ""}`}
                    aria-pressed={show === "preview"}
                    onClick={() => {
                        setShow(show === "writing" ? "preview" : "writing");
                    }}
                >
                    {show === "writing" ? e.showPreview : e.showWriting}
                </button>
                <button
                    type="button"
                    className={SMALL}
                    onClick={() => {
                        setOpen("revisions");
                    }}
                >
                    {e.revisions}
                </button>
                <button type="button" className={SMALL} onClick={() => void copyPreview()}>
                    {e.previewLink}
                </button>
                <button
                    type="button"
                    className={SMALL}
                    onClick={() => {
                        openPublish(false);
                    }}
                >
                    {e.publishSettings}
                </button>
                {saved.status === "published" ? (
                    <button
                        type="button"
                        className={`${SMALL} ${css.primary ?? ""}`}
                        disabled={state === "saving"}
                        onClick={() => void save()}
                    >
                        {submitLabel(e.submit, fields.status, saved.status)}
                    </button>
                ) : (
                    <>
                        {/* What publishes a post asks first. */}
                        {fields.status !== "published" && (
                            <button
                                type="button"
                                className={SMALL}
                                disabled={state === "saving"}
                                onClick={() => void save()}
                            >
                                {saved.status === "scheduled" && fields.status === "scheduled"
                                    ? t.common.save
                                    : submitLabel(e.submit, fields.status, saved.status)}
                            </button>
                        )}
                        <button
                            type="button"
                            className={`${SMALL} ${css.primary ?? ""}`}
                            onClick={() => {
                                openPublish(saved.status !== "scheduled");
                            }}
                        >
                            {saved.status === "scheduled" ? e.submit.reschedule : e.publish}
                        </button>
                    </>
                )}
            </header>
            <Notices
                snapshot={snapshot}
                onAside={(load) => {
                    keeper.useAside(load);
                }}
                onDiscard={() => {
                    setOpen("discard");
                }}
            />
            <main className={css.panes} data-show={show}>
                <h1 className="sr-only">{e.pageTitle}</h1>
                <div className={css.writing}>
                    <input
                        className={css.titleInput}
                        aria-label={e.titleLabel}
                        placeholder={e.titlePlaceholder}
                        value={fields.title}
                        maxLength={TITLE}
                        aria-invalid={snapshot.errors.title === undefined ? undefined : true}
                        aria-describedby={snapshot.errors.title === undefined ? undefined : `${keys}-title`}
                        onChange={(event) => {
                            keeper.change({ title: event.currentTarget.value });
                        }}
                        onKeyDown={(event) => {
                            // On to the text, unless this Enter ends a syllable.
                            if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
                            event.preventDefault();
                            editor.current?.focus();
                        }}
                    />
                    {snapshot.errors.title !== undefined && (
                        <p className={`${css.error ?? ""} ${css.titleError ?? ""}`} id={`${keys}-title`}>
                            {snapshot.errors.title}
                        </p>
                    )}
                    <div className={css.toolbar} role="toolbar" aria-label={e.toolbar}>
                        <Tool label={e.bold} run={() => editor.current?.wrap("**")} />
                        <Tool label={e.italic} run={() => editor.current?.wrap("*")} />
                        <Tool label={e.heading} run={() => editor.current?.prefix("## ")} />
                        <Tool label={e.quote} run={() => editor.current?.prefix("> ")} />
                        <Tool label={e.list} run={() => editor.current?.prefix("- ")} />
                        <Tool label={e.code} run={() => editor.current?.wrap("`")} />
                        <Tool label={e.link} run={() => editor.current?.link()} />
                        <Tool label={e.image} run={() => file.current?.click()} />
                        <input
                            ref={file}
                            type="file"
                            accept="image/*"
                            multiple
                            hidden
                            data-testid="images"
                            onChange={(event) => {
                                start([...(event.currentTarget.files ?? [])]);
                                event.currentTarget.value = "";
                            }}
                        />
                    </div>
                    <MarkdownEditor
                        ref={editor}
                        value={fields.markdown}
                        replaced={snapshot.replaced}
                        label={e.body}
                        describedBy={keys}
                        hint={e.bodyPlaceholder}
                        onChange={(markdown) => {
                            keeper.change({ markdown });
                        }}
                        onSave={() => void save()}
                        onFiles={start}
                    />
                    {snapshot.errors.markdown !== undefined && (
                        <p className={`${css.error ?? ""} ${css.titleError ?? ""}`} role="alert">
                            {snapshot.errors.markdown}
                        </p>
                    )}
                    <UploadList uploads={uploads} onRetry={retry} onDrop={drop} />
                    <p className={css.keys} id={keys}>
                        {e.keys}
                    </p>
                </div>
                <Preview title={fields.title} markdown={fields.markdown} shown={show === "preview"} />
            </main>
            {open === "publish" && (
                <PublishDialog
                    id={post.id}
                    snapshot={snapshot}
                    fields={{ ...fields, ...preset }}
                    categories={categories}
                    tags={tags}
                    onChange={(patch) => {
                        setPreset(presetWithout(preset, patch));
                        keeper.change(patch);
                    }}
                    onSave={() => void save()}
                    onClose={() => {
                        setOpen(undefined);
                    }}
                    onDiscard={() => {
                        setOpen("discard");
                    }}
                    onTrash={() => void trash()}
                    onRevokePreviews={() =>
                        void attempt(request("DELETE", `/api/posts/${post.id}/preview`), e.revokedPreviews)
                    }
                />
            )}
            {open === "revisions" && (
                <RevisionsDialog
                    id={post.id}
                    title={fields.title}
                    markdown={fields.markdown}
                    onRestore={restore}
                    onClose={() => {
                        setOpen(undefined);
                    }}
                />
            )}
            {open === "discard" && (
                <Confirm
                    title={e.discard}
                    text={e.discardAsk}
                    confirm={e.discard}
                    onConfirm={() => {
                        setOpen(undefined);
                        void attempt(keeper.discard());
                    }}
                    onClose={() => {
                        setOpen(undefined);
                    }}
                />
            )}
            {snapshot.conflict !== undefined && snapshot.conflict !== putOff && (
                <ConflictDialog
                    snapshot={snapshot}
                    onChoose={(choice) => void attempt(keeper.resolve(choice))}
                    onClose={() => {
                        setPutOff(snapshot.conflict);
                    }}
                />
            )}
        </div>
    );
}

function Tool({ label, run }: { readonly label: string; readonly run: () => void }) {
    return (
        <button type="button" className={css.tool} onClick={run}>
            {label}
        </button>
    );
}

function SaveState({ snapshot }: { readonly snapshot: Snapshot }) {
    const t = useWords().editor;
    const { state } = snapshot;
    const bad = state === "offline" || state === "signedOut" || state === "conflict" || state === "invalid";
    return (
        <p className={css.saveState} data-state={state} data-testid="save-state" role={bad ? "alert" : undefined}>
            {t.saveStates[state]}
            {state === "invalid" && ` ${Object.values(snapshot.errors)[0] ?? snapshot.message ?? ""}`}
            {state === "signedOut" && (
                <>
                    {" "}
                    <a href="/admin/sign-in" target="_blank" rel="noopener">
                        {t.signInAgain}
                    </a>
                </>
            )}
        </p>
    );
}

interface NoticesProps {
    readonly snapshot: Snapshot;
    readonly onAside: (load: boolean) => void;
    readonly onDiscard: () => void;
}

function Notices({ snapshot, onAside, onDiscard }: NoticesProps) {
    const t = useWords().editor;
    return (
        <div className={css.notices}>
            {snapshot.origin !== "saved" && (
                <div className={css.banner} role="status">
                    <span>{snapshot.origin === "local" ? t.restoredLocal : t.keptNotice}</span>
                    <button type="button" className={SMALL} onClick={onDiscard}>
                        {t.discard}
                    </button>
                </div>
            )}
            {snapshot.lostUploads.length > 0 && (
                <div className={`${css.banner ?? ""} ${css.warning ?? ""}`} role="status">
                    {t.uploadsLost(
                        snapshot.lostUploads.map((label) => label.replace(t.uploadPlaceholder(""), "")).join(", "),
                    )}
                </div>
            )}
            {snapshot.aside !== undefined && (
                <div className={`${css.banner ?? ""} ${css.warning ?? ""}`} role="status">
                    <span>{t.olderLocal}</span>
                    <span className={css.row}>
                        <button
                            type="button"
                            className={SMALL}
                            onClick={() => {
                                onAside(true);
                            }}
                        >
                            {t.loadLocal}
                        </button>
                        <button
                            type="button"
                            className={SMALL}
                            onClick={() => {
                                onAside(false);
                            }}
                        >
                            {t.dropLocal}
                        </button>
                    </span>
                </div>
            )}
        </div>
    );
}

interface ConflictProps {
    readonly snapshot: Snapshot;
    readonly onChoose: (choice: "mine" | "theirs") => void;
    readonly onClose: () => void;
}

function ConflictDialog({ snapshot, onChoose, onClose }: ConflictProps) {
    const t = useWords().editor;
    const { timeZone } = useAdmin();
    const { conflict, message } = snapshot;
    if (conflict === undefined) return null;
    return (
        <Dialog title={t.conflictTitle} onClose={onClose}>
            <p>{message}</p>
            <p>{t.conflictAt(minuteOf(conflict.at, timeZone))}</p>
            <p className={css.hint}>{t.conflictHint}</p>
            <div className={css.dialogFoot}>
                <button
                    type="button"
                    className={css.button}
                    onClick={() => {
                        onChoose("theirs");
                    }}
                >
                    {t.conflictTheirs}
                </button>
                <button
                    type="button"
                    className={`${css.button ?? ""} ${css.primary ?? ""}`}
                    onClick={() => {
                        onChoose("mine");
                    }}
                >
                    {t.conflictMine}
                </button>
            </div>
        </Dialog>
    );
}
