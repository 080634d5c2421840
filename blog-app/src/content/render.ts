import { existsSync } from "node:fs";
import * as path from "node:path";
import { Worker } from "node:worker_threads";

import type { Answer, Question } from "./render-worker";
import { escapeHtml } from "./escape";
import { LABELS } from "./labels";

/** A heading of levels 1 to 3 in a post. */
export interface TocEntry {
    /** The heading's id in the html. */
    readonly id: string;
    readonly text: string;
    /** 0 for the highest level that the post uses. */
    readonly depth: number;
}

/** What the renderer must know of a picture to lay it out before it is loaded. */
export interface KnownImage {
    readonly id: string;
    readonly width: number;
    readonly height: number;
    /** WebP in base64, a few hundred bytes; null: none. */
    readonly placeholder: string | null;
    /** Widths in pixels for which /images/<id>?w=<width> exists, ascending. */
    readonly widths: readonly number[];
}

export interface RenderOptions {
    /** Those of the ids that are there; any other is shown as a missing picture. */
    readonly images: (ids: readonly string[]) => Promise<ReadonlyMap<string, KnownImage>>;
}

export interface Rendered {
    /** Sanitised; no script, no inline style, no event handler. */
    readonly html: string;
    readonly toc: readonly TocEntry[];
    /** Plain text, at most 200 characters. */
    readonly excerpt: string;
    /** All text without markup: for search. */
    readonly text: string;
    readonly language: "ko" | "en";
    /** At least 1. */
    readonly readingMinutes: number;
    /** Ids of every /images/<uuid> that the post shows, there or missing, in order. */
    readonly images: readonly string[];
}

/** Goes up with each change of what `render` makes, so that stored posts are rendered again. */
export const RENDERER_VERSION = 2;

const IMAGE = /\/images\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/gi;
const LIMIT_SECONDS = 10;
/** An idle worker gives its memory back. */
const IDLE_SECONDS = 60;

/**
 * A post's markdown as safe html, with all that is derived from it. It is made in a thread of its own: readers are
 * served meanwhile. Never throws for any text: what takes longer than 10 s, or is nested too deep, becomes a note and
 * the plain text. Throws what `images` throws.
 */
export async function render(markdown: string, { images }: RenderOptions): Promise<Rendered> {
    const before = last;
    let done: () => void = () => undefined;
    last = new Promise((resolve) => (done = resolve));
    // One at a time: a second thread would only take the first one's time.
    await before;
    try {
        return (await ask(markdown, images)) ?? unrendered(markdown);
    } finally {
        done();
    }
}

let last: Promise<void> = Promise.resolve();
let worker: Worker | undefined;
let idle: NodeJS.Timeout | undefined;
/** What the thread's words mean to the text that it works on. */
let current: { hear: (answer: Answer) => void; fail: (error: Error & { code?: string }) => void } | undefined;

/** Undefined: the thread could not do it. */
function ask(markdown: string, images: RenderOptions["images"]): Promise<Rendered | undefined> {
    clearTimeout(idle);
    worker ??= startWorker();
    const thread = worker;
    return new Promise((resolve, reject) => {
        const end = (settle: () => void, broken: boolean) => {
            clearTimeout(limit);
            current = undefined;
            if (broken) forget();
            else {
                thread.unref();
                idle = setTimeout(forget, IDLE_SECONDS * 1000).unref();
            }
            settle();
        };
        const limit = setTimeout(() => end(() => resolve(undefined), true), LIMIT_SECONDS * 1000);
        current = {
            fail(error) {
                // Too much memory is the text's fault; anything else, such as a thread that can't start, is not.
                const settle =
                    error.code === "ERR_WORKER_OUT_OF_MEMORY" ? () => resolve(undefined) : () => reject(error);
                end(settle, true);
            },
            hear(answer) {
                if ("rendered" in answer) end(() => resolve(answer.rendered), false);
                else if ("fault" in answer) end(() => resolve(undefined), false);
                else {
                    images(answer.wanted).then(
                        (known) => thread.postMessage({ known } satisfies Question),
                        (error: unknown) =>
                            end(() => reject(error instanceof Error ? error : new Error(String(error))), true),
                    );
                }
            },
        };
        thread.ref();
        thread.postMessage({ markdown } satisfies Question);
    });
}

function forget(): void {
    const thread = worker;
    worker = undefined;
    thread?.removeAllListeners();
    void thread?.terminate();
}

function startWorker(): Worker {
    const thread = newThread();
    thread.on("message", (answer: Answer) => current?.hear(answer));
    thread.on("error", (error) => current?.fail(error));
    thread.on("exit", (code) => current?.fail(new Error(`the renderer's thread ended (${String(code)})`)));
    return thread;
}

function newThread(): Worker {
    // Beside the bundle, or the source as the tests and `npm run dev` have it.
    const bundled = path.join(import.meta.dirname, "render-worker.mjs");
    if (existsSync(bundled)) return new Worker(bundled);
    const source = JSON.stringify(path.join(import.meta.dirname, "render-worker.ts"));
    return new Worker(`require("tsx/cjs/api").register(); require(${source})`, { eval: true });
}

function unrendered(markdown: string): Rendered {
    const language = /\p{Script=Hangul}/u.test(markdown) ? "ko" : "en";
    return {
        html: `<p class="render-fault">${LABELS[language].unrendered}</p><pre class="unrendered" tabindex="0">${escapeHtml(markdown)}</pre>`,
        toc: [],
        excerpt: "",
        text: markdown.slice(0, 100_000),
        language,
        readingMinutes: 1,
        // So that no picture of it counts as unused.
        images: [...new Set(Array.from(markdown.matchAll(IMAGE), ([, id = ""]) => id.toLowerCase()))],
    };
}
