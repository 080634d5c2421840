/** By what a user agent says, the first that fits: each browser also names those that it descends from. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
    [/\bEdg(?:e|A|iOS)?\//, "Edge"],
    [/\b(?:OPR|OPiOS)\//, "Opera"],
    [/\bSamsungBrowser\//, "Samsung Internet"],
    [/\bWhale\//, "Whale"],
    [/\bVivaldi\//, "Vivaldi"],
    [/\bKAKAOTALK\b/i, "KakaoTalk"],
    [/\b(?:Firefox|FxiOS)\//, "Firefox"],
    [/\b(?:Chrome|CriOS|HeadlessChrome)\//, "Chrome"],
    [/\bVersion\/\S+.*\bSafari\//, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
    [/\biPhone\b/, "iPhone"],
    [/\biPad\b/, "iPad"],
    [/\bAndroid\b/, "Android"],
    [/\bCrOS\b/, "ChromeOS"],
    [/\bWindows\b/, "Windows"],
    [/\bMac(?:intosh| OS X)\b/, "macOS"],
    [/\bLinux\b/, "Linux"],
];

/** Browser and system of a User-Agent in short, "Firefox · Windows"; of a program, its own name; "": it says nothing. */
export function deviceOf(userAgent: string): string {
    const named = (names: typeof BROWSERS) => names.find(([pattern]) => pattern.test(userAgent))?.[1];
    const known = [named(BROWSERS), named(SYSTEMS)].filter((name) => name !== undefined);
    return known.length > 0 ? known.join(" · ") : (/^[^\s/]*/.exec(userAgent.trim())?.[0] ?? "");
}
