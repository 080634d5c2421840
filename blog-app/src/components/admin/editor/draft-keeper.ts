import type { PostFields } from "../../../posts/fields";
import type { EditorPost, EditorStamp, PostConflict } from "../../../posts/types";
import { uploadPlaceholders, withoutUploadPlaceholders } from "../../../posts/upload-placeholders";
import type { RequestError } from "../request";
import type { LocalCopies, LocalCopy } from "./local-copy";

export type KeepState =
    "clean" | "dirty" | "keeping" | "kept" | "offline" | "signedOut" | "conflict" | "invalid" | "saving";

/** What the editor shows of its post. */
export interface Snapshot {
    readonly fields: PostFields;
    /** As last saved. */
    readonly saved: PostFields;
    readonly wasPublished: boolean;
    readonly state: KeepState;
    /** What the server said against the fields, by field. */
    readonly errors: Readonly<Record<string, string>>;
    readonly message: string | undefined;
    readonly conflict: PostConflict | undefined;
    /** Where the fields came from, when they are not what was saved. */
    readonly origin: "saved" | "draft" | "local";
    /** A copy of this browser's that was left aside because the post has changed since. */
    readonly aside: LocalCopy | undefined;
    /** Labels of uploads that no editor goes on with: they were taken out of the text. */
    readonly lostUploads: readonly string[];
    /** Goes up when the text was replaced by other means than typing. */
    readonly replaced: number;
}

interface Server {
    keep(fields: PostFields, stamp: EditorStamp): Promise<{ savedAt: string }>;
    save(fields: PostFields, stamp: EditorStamp): Promise<EditorPost>;
    load(): Promise<EditorPost>;
    discard(): Promise<EditorPost>;
}

const AFTER = 2_000;
const LOCAL_AFTER = 200;
/** While somebody types on and on. */
const AT_LATEST = 10_000;
const RETRY = [2_000, 4_000, 8_000, 15_000];
const SIGNED_OUT_RETRY = 10_000;

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/**
 * Keeps what is being written: in the browser at once, at the server some two seconds after the last key and again until
 * it takes it, and as a revision when the author saves. Knows nothing of how it is shown.
 */
export class DraftKeeper {
    #snapshot: Snapshot;
    #stamp: EditorStamp;
    /** Goes up with each change; what was sent is compared by it. */
    #version = 0;
    #keptVersion = 0;
    #timer: ReturnType<typeof setTimeout> | undefined;
    #localTimer: ReturnType<typeof setTimeout> | undefined;
    #dirtySince: number | undefined;
    #failures = 0;
    #under: Promise<void> | undefined;
    readonly #listeners = new Set<() => void>();

    constructor(
        readonly id: number,
        post: EditorPost,
        private readonly server: Server,
        private readonly local: LocalCopies,
    ) {
        this.#stamp = stampOf(post);
        const base = post.draft?.fields ?? post.fields;
        const copy = local.read(id);
        const differs = copy !== undefined && !same(copy.fields, base);
        const fresh = differs && same(copy.stamp, this.#stamp);
        if (copy !== undefined && !differs) local.remove(id);
        const opened = fresh ? copy.fields : base;
        const lostUploads = uploadPlaceholders(opened.markdown);
        const changed = fresh || lostUploads.length > 0;
        this.#snapshot = {
            fields: cleaned(opened),
            saved: post.fields,
            wasPublished: post.wasPublished,
            state: changed ? "dirty" : post.draft === null ? "clean" : "kept",
            errors: {},
            message: undefined,
            conflict: undefined,
            origin: fresh ? "local" : post.draft === null ? "saved" : "draft",
            aside: differs && !fresh ? copy : undefined,
            lostUploads,
            replaced: 0,
        };
        if (changed) {
            this.#version = 1;
            this.#schedule(0);
        }
    }

    readonly subscribe = (listener: () => void): (() => void) => {
        this.#listeners.add(listener);
        return () => void this.#listeners.delete(listener);
    };
    readonly snapshot = (): Snapshot => this.#snapshot;

    /** False: leaving now could lose something that the server does not have. */
    get safe(): boolean {
        return this.#snapshot.state === "clean" || this.#snapshot.state === "kept";
    }

    change(patch: Partial<PostFields>): void {
        const fields = { ...this.#snapshot.fields, ...patch };
        if (same(fields, this.#snapshot.fields)) return;
        this.#version += 1;
        this.#dirtySince ??= Date.now();
        const errors = { ...this.#snapshot.errors };
        for (const name of Object.keys(patch)) Reflect.deleteProperty(errors, name);
        const { state } = this.#snapshot;
        const stays = state === "offline" || state === "signedOut" || state === "conflict" || state === "saving";
        this.#set({ fields, errors, state: stays ? state : "dirty" });
        this.#localTimer ??= setTimeout(() => {
            this.writeLocal();
        }, LOCAL_AFTER);
        if (state === "offline" || state === "signedOut" || state === "conflict") return;
        const waited = Date.now() - this.#dirtySince;
        this.#schedule(Math.max(0, Math.min(AFTER, AT_LATEST - waited)));
    }

    /** The browser's copy, now. */
    writeLocal(): void {
        clearTimeout(this.#localTimer);
        this.#localTimer = undefined;
        if (this.#version === this.#keptVersion) return;
        this.local.write(this.id, { fields: this.#snapshot.fields, stamp: this.#stamp });
    }

    /** Tells the server now what it does not have yet. */
    async keep(): Promise<void> {
        clearTimeout(this.#timer);
        if (this.#under !== undefined) await this.#under;
        if (this.#version === this.#keptVersion || this.#snapshot.conflict !== undefined) return;
        this.#under = this.#keepNow().finally(() => (this.#under = undefined));
        await this.#under;
    }

    async #keepNow(): Promise<void> {
        const version = this.#version;
        if (this.#snapshot.state === "dirty") this.#set({ state: "keeping" });
        try {
            const { savedAt } = await this.server.keep(this.#snapshot.fields, this.#stamp);
            this.#stamp = { ...this.#stamp, draftSavedAt: savedAt };
            this.#arrived(version, "kept");
            this.#set({ errors: {}, message: undefined });
        } catch (error) {
            this.#refused(error as RequestError);
        }
    }

    /** Saves as a revision. Throws a `RequestError`; what was written stays, and goes on being kept. */
    async save(): Promise<EditorPost> {
        clearTimeout(this.#timer);
        while (this.#under !== undefined) await this.#under;
        const version = this.#version;
        this.#set({ state: "saving", message: undefined });
        let post: EditorPost;
        const saving = this.server.save(this.#snapshot.fields, this.#stamp);
        // An autosave waits for it.
        this.#under = saving.then(
            () => undefined,
            () => undefined,
        );
        try {
            post = await saving;
        } catch (error) {
            this.#under = undefined;
            this.#refused(error as RequestError);
            throw error;
        }
        this.#under = undefined;
        this.#stamp = { revision: post.revision, draftSavedAt: this.#knownDraft(post) };
        const typedOn = this.#version !== version;
        this.#set({
            saved: post.fields,
            wasPublished: post.wasPublished,
            errors: {},
            origin: "saved",
            ...(typedOn ? {} : { fields: post.fields }),
        });
        this.#arrived(version, "clean");
        return post;
    }

    /** Goes on with what is in this editor (mine), or takes what another has done (theirs). */
    async resolve(choice: "mine" | "theirs"): Promise<void> {
        const { conflict } = this.#snapshot;
        if (conflict === undefined) return;
        if (choice === "mine") {
            this.#stamp = conflict.stamp;
            this.#set({ conflict: undefined, state: "dirty", message: undefined });
            this.#version += 1;
            await this.keep();
        } else this.#take(await this.server.load());
    }

    /** Forgets what was not saved. */
    async discard(): Promise<void> {
        clearTimeout(this.#timer);
        while (this.#under !== undefined) await this.#under;
        this.#take(await this.server.discard());
    }

    /** The copy that was left aside: into the editor, or forgotten. */
    useAside(load: boolean): void {
        const { aside } = this.#snapshot;
        if (aside === undefined) return;
        this.#set({ aside: undefined });
        if (load) this.replace(aside.fields);
        else this.local.remove(this.id);
    }

    /** As `change`, by other means than typing: the text is put into the editor. */
    replace(patch: Partial<PostFields>): void {
        const { markdown = "" } = patch;
        this.change("markdown" in patch ? { ...patch, markdown: withoutUploadPlaceholders(markdown) } : patch);
        this.#set({ lostUploads: uploadPlaceholders(markdown), replaced: this.#snapshot.replaced + 1 });
    }

    /** The network is back. */
    online(): void {
        if (this.#snapshot.state === "offline" || this.#snapshot.state === "signedOut") void this.keep();
    }

    close(): void {
        this.writeLocal();
        clearTimeout(this.#timer);
    }

    #take(post: EditorPost): void {
        this.#stamp = stampOf(post);
        this.#version += 1;
        const fields = post.draft?.fields ?? post.fields;
        this.#set({
            fields,
            lostUploads: [],
            saved: post.fields,
            wasPublished: post.wasPublished,
            errors: {},
            message: undefined,
            conflict: undefined,
            origin: post.draft === null ? "saved" : "draft",
            replaced: this.#snapshot.replaced + 1,
        });
        this.#arrived(this.#version, post.draft === null ? "clean" : "kept");
        // Nobody goes on with an upload of a text that was given up for this one.
        if (uploadPlaceholders(fields.markdown).length > 0) this.replace({ markdown: fields.markdown });
    }

    #arrived(version: number, state: "kept" | "clean"): void {
        this.#failures = 0;
        this.#keptVersion = version;
        if (this.#version === version) {
            this.#dirtySince = undefined;
            clearTimeout(this.#localTimer);
            this.#localTimer = undefined;
            if (this.#snapshot.aside === undefined) this.local.remove(this.id);
            this.#set({ state });
        } else {
            this.#dirtySince = Date.now();
            this.#set({ state: "dirty" });
            this.writeLocal();
            this.#schedule(AFTER);
        }
    }

    #refused(error: RequestError): void {
        this.writeLocal();
        if (error.status === 409 && error.conflict !== undefined) {
            this.#set({ state: "conflict", conflict: error.conflict, message: error.message });
        } else if (error.status === 401) {
            this.#set({ state: "signedOut", message: error.message });
            this.#schedule(SIGNED_OUT_RETRY);
        } else if (error.status === 0 || error.status >= 500) {
            this.#set({ state: "offline", message: error.message });
            this.#schedule(RETRY[Math.min(this.#failures, RETRY.length - 1)] ?? AFTER);
            this.#failures += 1;
        } else {
            // Nothing comes of the same again.
            this.#set({ state: "invalid", errors: error.fields, message: error.message });
        }
    }

    /** A draft that another editor keeps stays unknown, so that it is not overwritten unseen. */
    #knownDraft(post: EditorPost): string | null {
        const known = this.#stamp.draftSavedAt;
        if (post.draft === null || known === null) return null;
        return post.draft.savedAt <= known ? post.draft.savedAt : known;
    }

    #schedule(milliseconds: number): void {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => void this.keep(), milliseconds);
    }

    #set(change: Partial<Snapshot>): void {
        this.#snapshot = { ...this.#snapshot, ...change };
        for (const listener of this.#listeners) listener();
    }
}

function cleaned(fields: PostFields): PostFields {
    return { ...fields, markdown: withoutUploadPlaceholders(fields.markdown) };
}

function stampOf(post: EditorPost): EditorStamp {
    return { revision: post.revision, draftSavedAt: post.draft?.savedAt ?? null };
}
