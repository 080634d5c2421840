const DAY = 24 * 60 * 60 * 1000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
    let format = formats.get(timeZone);
    if (format === undefined) {
        format = new Intl.DateTimeFormat("en-US", {
            timeZone,
            era: "short",
            year: "numeric",
            month: "numeric",
            day: "numeric",
            hour: "numeric",
            minute: "numeric",
            second: "numeric",
            hourCycle: "h23",
        });
        formats.set(timeZone, format);
    }
    return format;
}

/** The clock of a time zone at an instant, in milliseconds as if it were UTC's; to the second. */
function clockAt(instant: number, timeZone: string): number {
    const parts = formatOf(timeZone).formatToParts(instant);
    const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)?.value);
    const before = parts.some(({ type, value }) => type === "era" && value.startsWith("B"));
    const clock = new Date(0);
    // Unlike Date.UTC, it takes years below 100 as they are.
    clock.setUTCFullYear(before ? 1 - part("year") : part("year"), part("month") - 1, part("day"));
    clock.setUTCHours(part("hour"), part("minute"), part("second"));
    return clock.getTime();
}

/** "2026.03.14 18:05" in a time zone: the same digits whatever the browser's language data. */
export function minuteOf(time: string, timeZone: string): string {
    return toLocalInput(time, timeZone).replaceAll("-", ".").replace("T", " ");
}

/** ISO 8601 as the value of a datetime-local input that shows a time zone's clock; null as "". */
export function toLocalInput(time: string | null, timeZone: string): string {
    if (time === null) return "";
    return new Date(clockAt(new Date(time).getTime(), timeZone)).toISOString().slice(0, 16);
}

/**
 * The other way; null: empty, or no time. What the clock shows twice, when it is put back, is the first of the two;
 * what it leaves out, when it is put forward, is as much later.
 */
export function fromLocalInput(value: string, timeZone: string): string | null {
    const wanted = new Date(`${value}Z`).getTime();
    if (Number.isNaN(wanted)) return null;
    const offset = (instant: number) => clockAt(instant, timeZone) - Math.floor(instant / 1000) * 1000;
    const before = wanted - offset(wanted - DAY);
    const after = wanted - offset(wanted + DAY);
    const found = [before, after].find((instant) => clockAt(instant, timeZone) === wanted) ?? before;
    return new Date(found).toISOString();
}
