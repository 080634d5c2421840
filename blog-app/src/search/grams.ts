/*
 * MariaDB's full-text index splits at blanks and has no parser for Korean. So what it indexes is made here: every
 * two neighbouring syllables of a run of Korean (or Chinese, Japanese) are one token, every Latin word or number is
 * one, all in ASCII letters and digits and longer than the index's shortest token (3), and none of them a stopword.
 *
 * - "g" + hexadecimal of both characters: a pair. "g" + hexadecimal of one: a run of one character.
 * - "w" + the word + "z": a Latin word or number. Without the z, as a prefix, it finds words that begin so.
 */

/** Longest token of InnoDB's index (innodb_ft_max_token_size). */
const LONGEST_TOKEN = 84;
export const LONGEST_QUERY = 64;

const RUN =
    /[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+|[\p{L}\p{N}\p{M}]+?(?=[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]|[^\p{L}\p{N}\p{M}]|$)/gu;
const CJK = /^[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/u;

/** As texts are compared: compatibility forms as one, no capitals. */
export function normalize(text: string): string {
    return text.normalize("NFKC").toLowerCase().normalize("NFC");
}

/** What the index holds of a text: tokens with a blank between. */
export function gramsOf(text: string): string {
    const tokens: string[] = [];
    for (const [run] of normalize(text).matchAll(RUN)) {
        if (CJK.test(run)) tokens.push(...pairsOf(run));
        else tokens.push(wordToken(run));
    }
    return tokens.join(" ");
}

function pairsOf(run: string): string[] {
    const characters = Array.from(run);
    if (characters.length === 1) return [`g${hexOf(run)}`];
    return characters.slice(1).map((character, index) => `g${hexOf(characters[index] ?? "")}${hexOf(character)}`);
}

/** Five digits: every character of Unicode, and so no pair looks like another. */
const hexOf = (character: string) => (character.codePointAt(0) ?? 0).toString(16).padStart(5, "0");

function wordToken(word: string): string {
    return `w${asciiOf(word).slice(0, LONGEST_TOKEN - 2)}z`;
}

/** Letters beyond a to z as x and their hexadecimal, so that the index sees letters only. */
function asciiOf(word: string): string {
    return word.replace(/[^a-z0-9]/gu, (character) => `x${hexOf(character)}`);
}

export interface GramQuery {
    /** For MATCH ... AGAINST (... IN BOOLEAN MODE): all of it is wanted. Null: nothing of the query is indexed. */
    readonly boolean: string | null;
    /** What to mark in the text, normalised, the longest first. */
    readonly words: readonly string[];
}

/**
 * A query as the index understands it. Korean finds what holds it, in the middle of a word too; a Latin word finds
 * words that begin with it. At most 64 characters count.
 */
export function queryOf(query: string): GramQuery {
    const words: string[] = [];
    const wanted = new Set<string>();
    for (const [word] of normalize(query.slice(0, LONGEST_QUERY)).matchAll(/\S+/g)) {
        for (const [run] of word.matchAll(RUN)) {
            words.push(run);
            if (!CJK.test(run)) wanted.add(`+w${asciiOf(run).slice(0, LONGEST_TOKEN - 2)}*`);
            else if (Array.from(run).length === 1) wanted.add(oneCharacter(run));
            else wanted.add(`+"${pairsOf(run).join(" ")}"`);
        }
    }
    return {
        boolean: wanted.size === 0 ? null : [...wanted].join(" "),
        words: [...new Set(words)].sort((a, b) => b.length - a.length),
    };
}

/** A run of the one, or any pair that begins with it; a pair that ends with it is one that the index can't find. */
function oneCharacter(character: string): string {
    return `+g${hexOf(character)}*`;
}
