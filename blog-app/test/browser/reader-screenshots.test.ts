import { mkdirSync, rmSync } from "node:fs";
import * as path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";

import { postPath } from "../../src/reader/paths";
import { freshEnvironment, root, startApp, type App } from "../support/app";
import { readerContext, startBrowser } from "../support/browser";
import { ENGLISH_SLUG, makeWorld, RICH_SLUG } from "../support/reader-world";

/*
 * Pictures of every page, to be looked at: test/screenshots/<page>-<width>-<theme>.png.
 */

const folder = path.join(root, "test/screenshots");
const PAGES: Readonly<Record<string, string>> = {
    home: "/",
    post: postPath(RICH_SLUG),
    "post-english": postPath(ENGLISH_SLUG),
    category: "/category/%EC%84%9C%EB%B2%84",
    tags: "/tags",
    archive: "/archive",
    search: `/search?q=${encodeURIComponent("온도")}`,
    "not-found": "/post/작은-선반-만들기",
};

let app: App;
let browser: Browser;
beforeAll(async () => {
    const { variables, env } = await freshEnvironment({
        SITE_NAME: "책상 아래 서버",
        SITE_DESCRIPTION: "작은 서버와 오래가는 것들에 관한 기록",
    });
    await makeWorld(env);
    app = await startApp(variables);
    browser = await startBrowser();
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
});
afterAll(async () => {
    await browser.close();
    await app.stop();
});

for (const width of [360, 768, 1440]) {
    for (const theme of ["light", "dark"] as const) {
        it(`shows every page ${String(width)} px wide, ${theme}, without scrolling sideways`, async () => {
            const context = await readerContext(browser, {
                viewport: { width, height: width < 700 ? 740 : 900 },
                colorScheme: theme,
                deviceScaleFactor: 1,
            });
            for (const [name, address] of Object.entries(PAGES)) {
                const page = await context.newPage();
                await page.goto(app.url + address);
                // Lazy pictures load as they come into view.
                await page.evaluate(() => {
                    for (const picture of document.querySelectorAll("img")) picture.loading = "eager";
                });
                await page.waitForLoadState("networkidle");
                await page.evaluate(() => Promise.all([...document.images].map((picture) => picture.decode())));
                await page.screenshot({
                    path: path.join(folder, `${name}-${String(width)}-${theme}.png`),
                    fullPage: true,
                });
                const sideways = await page.evaluate(
                    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
                );
                expect.soft(sideways, `${name} at ${String(width)} px`).toBe(0);
                await page.close();
            }
            await context.close();
        });
    }
}
