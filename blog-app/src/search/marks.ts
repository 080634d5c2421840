import { escapeHtml } from "../content/escape";
import type { GramQuery } from "./grams";

const BEFORE = 50;
const AFTER = 130;

/** Text as html, with what a query found in <mark>. */
export function markHtml(text: string, words: GramQuery["words"]): string {
    const pattern = patternOf(words);
    if (pattern === undefined) return escapeHtml(text);
    let html = "";
    let end = 0;
    for (const match of text.matchAll(pattern)) {
        html += `${escapeHtml(text.slice(end, match.index))}<mark>${escapeHtml(match[0])}</mark>`;
        end = match.index + match[0].length;
    }
    return html + escapeHtml(text.slice(end));
}

/** The part of a text around the first match, on one line, cut between words; the beginning where nothing matches. */
export function snippetHtml(text: string, words: GramQuery["words"]): string {
    const pattern = patternOf(words);
    const at = pattern === undefined ? -1 : text.search(pattern);
    const from = at <= BEFORE ? 0 : wordBorder(text, at - BEFORE, at);
    const until = Math.max(at, 0) + AFTER >= text.length ? text.length : lastBorder(text, Math.max(at, 0) + AFTER);
    const snippet = text.slice(from, until).replace(/\s+/g, " ").trim();
    return `${from > 0 ? "…" : ""}${markHtml(snippet, words)}${until < text.length ? "…" : ""}`;
}

/** Undefined for no words. */
export function patternOf(words: GramQuery["words"]): RegExp | undefined {
    if (words.length === 0) return undefined;
    const parts = words.map(
        ({ text, wholeBeginning }) =>
            `${wholeBeginning ? String.raw`(?<![\p{Script=Latin}\p{N}])` : ""}${text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}`,
    );
    return new RegExp(parts.join("|"), "giu");
}

/** The beginning of a word at or after `from`, at most `limit`. */
function wordBorder(text: string, from: number, limit: number): number {
    const border = text.slice(from, limit).search(/\s/);
    if (border !== -1) return from + border + 1;
    return isLowSurrogate(text, from) ? from + 1 : from;
}

/** The end of a word at or before `until`. */
function lastBorder(text: string, until: number): number {
    const border = text.slice(until - 30, until + 1).search(/\s\S*$/);
    if (border !== -1) return until - 30 + border;
    return isLowSurrogate(text, until) ? until - 1 : until;
}

const isLowSurrogate = (text: string, index: number) => /[\udc00-\udfff]/.test(text.charAt(index));
