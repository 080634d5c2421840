/** Longest slug made from a title, in characters. */
const LONGEST = 120;

/**
 * A title as the last part of an address: letters and digits of any script stay, all between them becomes one hyphen.
 * Empty where the title has no letter or digit.
 */
export function slugOf(title: string): string {
    const slug = title
        .normalize("NFC")
        .replace(/[^\p{L}\p{N}\p{M}]+/gu, "-")
        // A mark without its letter, such as what is left of an emoji.
        .replace(/(^|-)\p{M}+/gu, "$1")
        .replace(/-+/g, "-")
        .replace(/^-|-$/g, "");
    const characters = Array.from(slug);
    if (characters.length <= LONGEST) return slug;
    const cut = characters.slice(0, LONGEST).join("");
    // At a word's border, unless that takes most of it away.
    const border = cut.lastIndexOf("-");
    const whole = characters[LONGEST] === "-" || border < cut.length / 2 ? cut : cut.slice(0, border);
    return whole.replace(/-$/, "");
}
