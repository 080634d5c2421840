/** The number of a list's page out of a query's value: 1 where there is none; undefined where it is no page's number. */
export function pageNumber(value: string | readonly string[] | undefined): number | undefined {
    if (value === undefined) return 1;
    if (typeof value !== "string" || !/^[1-9]\d{0,5}$/.test(value)) return undefined;
    return Number(value);
}

/** The pages that a list links to: the first, the last, and those about the current one; null is a gap. */
export function pageLinks(page: number, pages: number): (number | null)[] {
    const wanted = [1, page - 1, page, page + 1, pages].filter((one) => one >= 1 && one <= pages);
    const sorted = [...new Set(wanted)].sort((a, b) => a - b);
    return sorted.flatMap((one, index) => {
        const before = sorted[index - 1];
        if (before === undefined || one === before + 1) return [one];
        // A gap of one page is as wide as its number.
        return one === before + 2 ? [one - 1, one] : [null, one];
    });
}

/** Words of an address, for the search box of the page that is not there. */
export function wordsOfPath(path: string, limit = 64): string {
    const last =
        path
            .split(/[?#]/)[0]
            ?.split("/")
            .filter((part) => part !== "")
            .at(-1) ?? "";
    let decoded: string;
    try {
        decoded = decodeURIComponent(last);
    } catch {
        return "";
    }
    const words = decoded
        .replace(/\.[a-z0-9]{1,8}$/i, "")
        .replace(/[^\p{L}\p{N}\p{M}]+/gu, " ")
        .trim();
    return Array.from(words).slice(0, limit).join("").trim();
}
