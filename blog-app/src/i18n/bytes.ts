const MEGABYTE = 1_000_000;

/** A size in decimal units, as a person says it: "65.6 KB", "20 MB". Rounded up, so that what is above a limit looks so. */
export function bytesOf(bytes: number): string {
    const [unit, name] = bytes < MEGABYTE ? [1_000, "KB"] : [MEGABYTE, "MB"];
    return `${String(Math.ceil((bytes / unit) * 10) / 10)} ${name}`;
}
