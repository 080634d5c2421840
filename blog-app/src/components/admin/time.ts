/** "2026.03.14 18:05" in a time zone: the same digits whatever the browser's language data. */
export function minuteOf(time: string, timeZone?: string): string {
    const parts = new Intl.DateTimeFormat("en-US", {
        timeZone,
        year: "numeric",
        month: "2-digit",
        day: "2-digit",
        hour: "2-digit",
        minute: "2-digit",
        hourCycle: "h23",
    }).formatToParts(new Date(time));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? "";
    return `${part("year")}.${part("month")}.${part("day")} ${part("hour")}:${part("minute")}`;
}

/** ISO 8601 as the value of a datetime-local input, in the browser's time zone. */
export function toLocalInput(time: string | null): string {
    if (time === null) return "";
    return minuteOf(time).replaceAll(".", "-").replace(" ", "T");
}

/** The other way; null: empty, or no time. */
export function fromLocalInput(value: string): string | null {
    const time = new Date(value);
    return value === "" || Number.isNaN(time.getTime()) ? null : time.toISOString();
}
