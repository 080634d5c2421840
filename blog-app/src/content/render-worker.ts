import { parentPort } from "node:worker_threads";

import { renderMarkdown } from "./pipeline";
import type { KnownImage, Rendered } from "./render";

/** What the thread is asked, and later told of the images it asked for. */
export type Question = { readonly markdown: string } | { readonly known: ReadonlyMap<string, KnownImage> };
export type Answer =
    { readonly wanted: readonly string[] } | { readonly rendered: Rendered } | { readonly fault: string };

let give: ((known: ReadonlyMap<string, KnownImage>) => void) | undefined;

parentPort?.on("message", (question: Question) => {
    if ("known" in question) {
        give?.(question.known);
        return;
    }
    const images = (wanted: readonly string[]) =>
        new Promise<ReadonlyMap<string, KnownImage>>((resolve) => {
            give = resolve;
            parentPort?.postMessage({ wanted } satisfies Answer);
        });
    renderMarkdown(question.markdown, { images }).then(
        (rendered) => parentPort?.postMessage({ rendered } satisfies Answer),
        (error: unknown) => parentPort?.postMessage({ fault: String(error) } satisfies Answer),
    );
});
