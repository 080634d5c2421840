import { expect, it } from "vitest";

import { deviceOf } from "../../../src/components/admin/device";

const MOZILLA = "Mozilla/5.0";
const WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)";

it.each([
    [`${MOZILLA} (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36`, "Chrome · Windows"],
    [
        `${MOZILLA} (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`,
        "Edge · Windows",
    ],
    [
        `${MOZILLA} (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/140.0 Whale/4.33.325.17 Safari/537.36`,
        "Whale · Windows",
    ],
    [`${MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`, "Firefox · Linux"],
    [`${MOZILLA} (X11; Linux x86_64) ${WEBKIT} HeadlessChrome/140.0.0.0 Safari/537.36`, "Chrome · Linux"],
    [`${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Version/18.5 Safari/605.1.15`, "Safari · macOS"],
    [
        `${MOZILLA} (iPhone; CPU iPhone OS 18_5 like Mac OS X) ${WEBKIT} Version/18.5 Mobile/1 Safari/604.1`,
        "Safari · iPhone",
    ],
    [
        `${MOZILLA} (iPhone; CPU iPhone OS 18_5 like Mac OS X) ${WEBKIT} CriOS/140.0 Mobile/1 Safari/604.1`,
        "Chrome · iPhone",
    ],
    [
        `${MOZILLA} (Linux; Android 15; SM-S921N) ${WEBKIT} SamsungBrowser/28.0 Chrome/130.0 Mobile`,
        "Samsung Internet · Android",
    ],
    ["curl/8.5.0", "curl"],
    ["node", "node"],
    ["", ""],
])("says of %s: %s", (userAgent, device) => {
    expect(deviceOf(userAgent)).toBe(device);
});
