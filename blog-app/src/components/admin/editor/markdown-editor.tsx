import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { markdown, markdownKeymap, markdownLanguage } from "@codemirror/lang-markdown";
import { syntaxHighlighting } from "@codemirror/language";
import { EditorSelection, EditorState, type ChangeSpec } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { useEffect, useImperativeHandle, useRef, type Ref } from "react";

import css from "../../../styles/admin.module.css";

export interface MarkdownEditorHandle {
    focus(): void;
    /** Puts marks around what is selected, or takes them away. */
    wrap(mark: string): void;
    /** Begins each selected line with a mark, or takes it away. */
    prefix(mark: string): void;
    link(): void;
    /** In place of what is selected. */
    insert(text: string): void;
    /** A piece of the text that is still there, in place of which another one comes; false: it is gone. */
    swap(piece: string, by: string): boolean;
}

interface Props {
    readonly ref: Ref<MarkdownEditorHandle>;
    readonly value: string;
    /** Goes up when `value` is to be put into the editor. */
    readonly replaced: number;
    readonly label: string;
    readonly describedBy: string;
    readonly hint: string;
    readonly onChange: (value: string) => void;
    readonly onSave: () => void;
    readonly onFiles: (files: readonly File[]) => void;
}

/** CodeMirror for Markdown. The browser's own caret and selection, which input methods for Korean get on with. */
export function MarkdownEditor(props: Props) {
    const { ref, value, replaced, label, describedBy, hint } = props;
    const parent = useRef<HTMLDivElement>(null);
    const view = useRef<EditorView>(null);
    const latest = useRef(props);
    useEffect(() => {
        latest.current = props;
    });

    useEffect(() => {
        if (parent.current === null) return;
        const nonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce ?? "";
        const files = (list: FileList | undefined) =>
            [...(list ?? [])].filter((file) => file.type.startsWith("image/"));
        const editor = new EditorView({
            parent: parent.current,
            state: EditorState.create({
                doc: latest.current.value,
                extensions: [
                    EditorView.cspNonce.of(nonce),
                    history(),
                    EditorView.lineWrapping,
                    markdown({ base: markdownLanguage }),
                    syntaxHighlighting(classHighlighter),
                    placeholder(hint),
                    EditorView.contentAttributes.of({
                        "aria-label": label,
                        "aria-describedby": describedBy,
                        "aria-multiline": "true",
                        tabindex: "0",
                        spellcheck: "true",
                        autocapitalize: "sentences",
                    }),
                    keymap.of([
                        { key: "Mod-b", run: (target) => wrap(target, "**") },
                        { key: "Mod-i", run: (target) => wrap(target, "*") },
                        { key: "Mod-k", run: link },
                        {
                            key: "Mod-s",
                            run: () => {
                                latest.current.onSave();
                                return true;
                            },
                        },
                        ...markdownKeymap,
                        // Escape, then Tab leaves: CodeMirror's own rule.
                        indentWithTab,
                        ...historyKeymap,
                        ...defaultKeymap,
                    ]),
                    EditorView.updateListener.of((update) => {
                        if (update.docChanged) latest.current.onChange(update.state.doc.toString());
                    }),
                    EditorView.domEventHandlers({
                        paste(event) {
                            // A spreadsheet's cells come as text and as a picture: the text is meant.
                            if (event.clipboardData?.getData("text/plain") !== "") return false;
                            const pasted = files(event.clipboardData.files);
                            if (pasted.length === 0) return false;
                            event.preventDefault();
                            latest.current.onFiles(pasted);
                            return true;
                        },
                        drop(event, target) {
                            const dropped = files(event.dataTransfer?.files);
                            if (dropped.length === 0) return false;
                            event.preventDefault();
                            const at = target.posAtCoords({ x: event.clientX, y: event.clientY });
                            if (at !== null) target.dispatch({ selection: { anchor: at } });
                            latest.current.onFiles(dropped);
                            return true;
                        },
                    }),
                ],
            }),
        });
        view.current = editor;
        return () => {
            editor.destroy();
            view.current = null;
        };
        // Made once; the words do not change while the page is open.
        // eslint-disable-next-line react-hooks/exhaustive-deps
    }, []);

    useEffect(() => {
        const editor = view.current;
        if (editor === null || editor.state.doc.toString() === value) return;
        editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
        // Only then: what is typed comes from the editor itself.
        // eslint-disable-next-line react-hooks/exhaustive-deps
    }, [replaced]);

    useImperativeHandle(ref, () => {
        const withView = (work: (editor: EditorView) => unknown) => {
            if (view.current === null) return;
            work(view.current);
            view.current.focus();
        };
        return {
            focus: () => view.current?.focus(),
            wrap: (mark) => {
                withView((editor) => wrap(editor, mark));
            },
            prefix: (mark) => {
                withView((editor) => {
                    prefix(editor, mark);
                });
            },
            link: () => {
                withView(link);
            },
            insert: (text) => {
                withView((editor) => {
                    editor.dispatch(editor.state.replaceSelection(text), { scrollIntoView: true });
                });
            },
            swap: (piece, by) => {
                const editor = view.current;
                const from = editor?.state.doc.toString().indexOf(piece) ?? -1;
                if (editor === null || from === -1) return false;
                editor.dispatch({ changes: { from, to: from + piece.length, insert: by } });
                return true;
            },
        };
    }, []);

    return <div className={css.body} ref={parent} />;
}

function wrap(view: EditorView, mark: string): boolean {
    const { state } = view;
    const size = mark.length;
    view.dispatch(
        state.changeByRange(({ from, to }) => {
            const inside = state.sliceDoc(from, to);
            const marked = inside.startsWith(mark) && inside.endsWith(mark) && inside.length >= 2 * size;
            if (marked) {
                return {
                    changes: { from, to, insert: inside.slice(size, -size) },
                    range: EditorSelection.range(from, to - 2 * size),
                };
            }
            if (state.sliceDoc(from - size, from) === mark && state.sliceDoc(to, to + size) === mark) {
                return {
                    changes: [
                        { from: from - size, to: from },
                        { from: to, to: to + size },
                    ],
                    range: EditorSelection.range(from - size, to - size),
                };
            }
            return {
                changes: [
                    { from, insert: mark },
                    { from: to, insert: mark },
                ],
                range: EditorSelection.range(from + size, to + size),
            };
        }),
        { scrollIntoView: true, userEvent: "input" },
    );
    return true;
}

function prefix(view: EditorView, mark: string): void {
    const { state } = view;
    const { from, to } = state.selection.main;
    const changes: ChangeSpec[] = [];
    const first = state.doc.lineAt(from).number;
    const last = state.doc.lineAt(to).number;
    const lines = Array.from({ length: last - first + 1 }, (_, index) => state.doc.line(first + index));
    const all = lines.every((line) => line.text.startsWith(mark));
    for (const line of lines) {
        changes.push(all ? { from: line.from, to: line.from + mark.length } : { from: line.from, insert: mark });
    }
    view.dispatch({ changes, userEvent: "input" });
}

function link(view: EditorView): boolean {
    const { state } = view;
    view.dispatch(
        state.changeByRange(({ from, to }) => {
            const text = state.sliceDoc(from, to);
            const address = /^https?:\/\/\S+$/.test(text);
            const insert = address ? `[](${text})` : `[${text}](https://)`;
            const at = address ? from + 1 : from + text.length + 3;
            return {
                changes: { from, to, insert },
                range: EditorSelection.range(at, address ? at : at + "https://".length),
            };
        }),
        { scrollIntoView: true, userEvent: "input" },
    );
    return true;
}
