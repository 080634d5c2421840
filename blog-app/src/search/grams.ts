/*
 * MariaDB's full-text index splits at blanks and has no parser for Korean. So what it indexes is made here, all in
 * ASCII letters and digits, longer than the index's shortest token (3 characters), and none of it a stopword:
 *
 * - "g" + both characters' code points: a pair of neighbours in a run of Korean (or Chinese, Japanese);
 * - "s" + a character's code point: each character of such runs, once a text, for queries of one syllable;
 * - "w" + the word + "z": a Latin word or a number. Without the z, as a prefix, it finds words that begin so.
 */

/** Longest token of InnoDB's index (innodb_ft_max_token_size). */
const LONGEST_TOKEN = 84;
/** Characters of a query that count. */
export const LONGEST_QUERY = 64;

const CJK = String.raw`\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー`;
const RUNS = new RegExp(String.raw`[${CJK}]+|(?:(?![${CJK}])[\p{L}\p{N}\p{M}])+`, "gu");
const IS_CJK = new RegExp(`^[${CJK}]`, "u");

/** As texts are compared: compatibility forms as one, no capitals. */
export function normalize(text: string): string {
    return text.normalize("NFKC").toLowerCase().normalize("NFC");
}

/** What the index holds of a text: tokens with a blank between. */
export function gramsOf(text: string): string {
    const tokens: string[] = [];
    const syllables = new Set<string>();
    for (const [run] of normalize(text).matchAll(RUNS)) {
        if (IS_CJK.test(run)) {
            const characters = Array.from(run);
            tokens.push(...pairsOf(characters));
            for (const character of characters) syllables.add(`s${hexOf(character)}`);
        } else tokens.push(wordToken(run));
    }
    return [...tokens, ...syllables].join(" ");
}

const pairsOf = (characters: readonly string[]) =>
    characters.slice(1).map((character, index) => `g${hexOf(characters[index] ?? "")}${hexOf(character)}`);

/** Five digits, for every character of Unicode: no pair looks like another. */
const hexOf = (character: string) => (character.codePointAt(0) ?? 0).toString(16).padStart(5, "0");

const wordToken = (word: string) => `${wordPrefix(word)}z`;
/** Letters beyond a to z as x and their code point. */
const wordPrefix = (word: string) =>
    `w${word.replace(/[^a-z0-9]/gu, (character) => `x${hexOf(character)}`)}`.slice(0, LONGEST_TOKEN - 1);

export interface GramQuery {
    /** For MATCH ... AGAINST (... IN BOOLEAN MODE); every part of it is wanted. Null: nothing of the query is indexed. */
    readonly boolean: string | null;
    /**
     * Runs of three syllables and more: the index is asked for their pairs, which may stand apart in a text as well.
     */
    readonly phrases: readonly string[];
    /** What to mark in a text, normalised, the longest first. */
    readonly words: readonly { readonly text: string; readonly wholeBeginning: boolean }[];
}

/**
 * A query as the index understands it. Korean finds what holds it, in the middle of a word too; a Latin word of two
 * letters or more finds words that begin with it, one letter or digit only itself.
 */
export function queryOf(query: string): GramQuery {
    const words = new Map<string, boolean>();
    const wanted = new Set<string>();
    for (const [run] of normalize(Array.from(query).slice(0, LONGEST_QUERY).join("")).matchAll(RUNS)) {
        const characters = Array.from(run);
        const cjk = IS_CJK.test(run);
        words.set(run, !cjk);
        if (!cjk) wanted.add(characters.length === 1 ? `+${wordToken(run)}` : `+${wordPrefix(run)}*`);
        else if (characters.length === 1) wanted.add(`+s${hexOf(run)}`);
        else for (const pair of pairsOf(characters)) wanted.add(`+${pair}`);
    }
    return {
        boolean: wanted.size === 0 ? null : [...wanted].join(" "),
        phrases: [...words.keys()].filter((run) => IS_CJK.test(run) && Array.from(run).length > 2),
        words: [...words]
            .map(([text, wholeBeginning]) => ({ text, wholeBeginning }))
            .sort((a, b) => b.text.length - a.text.length),
    };
}
