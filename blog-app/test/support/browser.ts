import { chromium, type Browser, type BrowserContext, type BrowserContextOptions } from "playwright-core";
import { inject } from "vitest";

import { pictureBytes } from "./reader-world";

export function startBrowser(): Promise<Browser> {
    return chromium.launch({
        executablePath: inject("chromium"),
        args: ["--no-sandbox", "--font-render-hinting=none"],
    });
}

/** A reader's browser window; pictures of the tests' world are put in where the store has none. */
export async function readerContext(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await browser.newContext({ locale: "ko-KR", timezoneId: "Asia/Seoul", ...options });
    await context.route(/\/images\/[0-9a-f-]{36}(\?|$)/, async (route) => {
        const url = new URL(route.request().url());
        const width = url.searchParams.get("w");
        const bytes = await pictureBytes(
            url.pathname.slice("/images/".length),
            width === null ? undefined : Number(width),
        );
        if (bytes === undefined) await route.fulfill({ status: 404 });
        else await route.fulfill({ contentType: "image/webp", body: bytes });
    });
    return context;
}
