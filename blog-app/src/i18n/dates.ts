import type { Language } from "./strings";

export interface DateFormats {
    /** 2026년 3월 14일; March 14, 2026. */
    readonly long: (time: string) => string;
    /** 03.14; Mar 14: where the year is said beside it. */
    readonly short: (time: string) => string;
    /** The calendar year in the site's time zone. */
    readonly year: (time: string) => number;
}

const made = new Map<string, DateFormats>();

/** Formats of ISO 8601 times in the site's time zone; never the server's own. */
export function dateFormats(language: Language, timeZone: string): DateFormats {
    const key = `${language} ${timeZone}`;
    let formats = made.get(key);
    if (formats === undefined) {
        const locale = language === "ko" ? "ko-KR" : "en-US";
        const long = new Intl.DateTimeFormat(locale, { timeZone, year: "numeric", month: "long", day: "numeric" });
        const short =
            language === "ko"
                ? new Intl.DateTimeFormat("en-US", { timeZone, month: "2-digit", day: "2-digit" })
                : new Intl.DateTimeFormat(locale, { timeZone, month: "short", day: "2-digit" });
        const year = new Intl.DateTimeFormat("en-US", { timeZone, year: "numeric" });
        formats = {
            long: (time) => long.format(new Date(time)),
            short: (time) => short.format(new Date(time)).replace("/", "."),
            year: (time) => Number(year.format(new Date(time))),
        };
        made.set(key, formats);
    }
    return formats;
}
