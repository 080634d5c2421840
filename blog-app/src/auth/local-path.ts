const BASE = "http://local.invalid";

/** A path of this site to go on to, of what an address's `next` says; the fallback where it leads anywhere else. */
export function localPath(value: unknown, fallback = "/admin"): string {
    // Browsers read \ as / and leave out tabs and line ends: //evil.example hides behind either.
    if (typeof value !== "string" || !value.startsWith("/") || /[\\\u0000-\u001f]/.test(value)) return fallback;
    if (!URL.canParse(value, BASE)) return fallback;
    const url = new URL(value, BASE);
    if (url.origin !== BASE || url.pathname.startsWith("//")) return fallback;
    return `${url.pathname}${url.search}`;
}
