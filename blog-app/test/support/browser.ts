import { chromium, type Browser, type BrowserContext, type BrowserContextOptions } from "playwright-core";
import { inject } from "vitest";

export function startBrowser(): Promise<Browser> {
    return chromium.launch({
        executablePath: inject("chromium"),
        args: ["--no-sandbox", "--font-render-hinting=none"],
    });
}

/** A window of a reader in Seoul. */
export function readerContext(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
    return browser.newContext({ locale: "ko-KR", timezoneId: "Asia/Seoul", ...options });
}
