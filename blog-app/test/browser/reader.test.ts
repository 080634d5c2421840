import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { categoryPath, postPath, tagPath } from "../../src/reader/paths";
import { freshEnvironment, startApp, type App } from "../support/app";
import { readerContext, startBrowser } from "../support/browser";
import { ENGLISH_SLUG, makeWorld, RICH_SLUG } from "../support/reader-world";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let app: App;
let browser: Browser;
beforeAll(async () => {
    const { variables, env } = await freshEnvironment({ SITE_NAME: "책상 아래 서버" });
    await makeWorld(env);
    app = await startApp(variables);
    browser = await startBrowser();
});
afterAll(async () => {
    await browser.close();
    await app.stop();
});

const PAGES: Readonly<Record<string, string>> = {
    home: "/",
    "second page": "/?page=2",
    post: postPath(RICH_SLUG),
    "English post": postPath(ENGLISH_SLUG),
    category: categoryPath("서버"),
    tag: tagPath("습관"),
    tags: "/tags",
    archive: "/archive",
    search: `/search?q=${encodeURIComponent("온도")}`,
    "empty search": "/search",
    "search without result": "/search?q=zzzz",
    "not found": "/post/no-such-post",
    "broken address": "/post/%E0%A4%A",
};

/** Runs the work in a window of its own; fails on what the page complained about. */
async function inBrowser(work: (page: Page) => Promise<void>, options: BrowserContextOptions = {}): Promise<void> {
    const context = await readerContext(browser, options);
    const complaints: string[] = [];
    // Counted apart from these tests.
    await context.route("**/api/views/*", (route) => route.fulfill({ json: { views: 1234 } }));
    context.on("weberror", (error) => complaints.push(String(error.error())));
    context.on("console", (message) => {
        // That a page isn't there is what some of these are about.
        if (message.type() === "error" && !/status of 40[04]/.test(message.text())) complaints.push(message.text());
    });
    try {
        await work(await context.newPage());
    } finally {
        await context.close();
    }
    expect(complaints).toEqual([]);
}
const background = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
const LIGHT = "rgb(251, 250, 247)";
const DARK = "rgb(23, 22, 20)";

describe.each([true, false])("a reader's day, scripts: %s", (javaScriptEnabled) => {
    it("goes from the newest post by its contents, category and tags to a search", async () => {
        await inBrowser(
            async (page) => {
                await page.goto(app.url);
                expect(await page.title()).toBe("책상 아래 서버");
                await page.getByRole("heading", { level: 2 }).first().getByRole("link").click();
                await page.waitForURL(app.url + postPath(RICH_SLUG));
                expect(await page.locator("h1").innerText()).toContain("작은 서버를 오래 쓰는 법");

                await page.locator(".toc-aside").getByRole("link", { name: "달마다 달라지는 값" }).click();
                await expect
                    .poll(() => page.getByRole("heading", { name: "달마다 달라지는 값" }).boundingBox())
                    .toMatchObject({
                        y: expect.closeTo(24, -2) as number,
                    });
                await page.locator(".post-header").getByRole("link", { name: "서버" }).click();
                await page.waitForURL(app.url + categoryPath("서버"));
                await page.getByRole("navigation", { name: "쪽 이동" }).getByRole("link", { name: "다음 쪽" }).click();
                await page.waitForURL(`${app.url}${categoryPath("서버")}?page=2`);
                await page.goBack();
                await page.getByRole("link", { name: "A shelf for small machines" }).click();
                await page.getByRole("link", { name: "hardware" }).click();
                await page.waitForURL(app.url + tagPath("hardware"));

                await page.getByRole("link", { name: "검색" }).click();
                await page.getByRole("searchbox").fill("온도");
                await page.keyboard.press("Enter");
                await page.waitForURL(/\/search\?q=/);
                expect(await page.getByRole("status").innerText()).toMatch(/검색 결과 \d+건/);
                expect(await page.locator("mark").first().innerText()).toBe("온도");

                await page.getByRole("link", { name: "글 목록" }).click();
                await page.waitForURL(`${app.url}/archive`);
                await page.goto(`${app.url}/post/사라진-공유기`);
                expect(await page.getByRole("searchbox").inputValue()).toBe("사라진 공유기");
                await page.getByRole("searchbox").fill("공유기");
                await page.getByRole("button", { name: "검색" }).click();
                await page.waitForURL(/\/search\?q=/);
                expect(await page.locator(".entry").count()).toBeGreaterThan(0);
            },
            { javaScriptEnabled, viewport: { width: 1440, height: 900 } },
        );
    });
});

it("shows without scripts nothing that needs them", async () => {
    await inBrowser(
        async (page) => {
            await page.goto(app.url + postPath(RICH_SLUG));
            expect(await page.locator("[data-theme-button]").isVisible()).toBe(false);
            expect(await page.locator(".copy-button, .enlarge").count()).toBe(0);
            expect(await background(page)).toBe(DARK);
        },
        { javaScriptEnabled: false, colorScheme: "dark" },
    );
});

it("is read by keyboard only", async () => {
    await inBrowser(async (page) => {
        const focused = () => page.evaluate(() => document.activeElement?.textContent.trim() ?? "");
        await page.goto(app.url);
        await page.keyboard.press("Tab");
        expect(await focused()).toBe("본문으로 건너뛰기");
        expect((await page.locator(".skip").boundingBox())!.y).toBeGreaterThanOrEqual(0);
        await page.keyboard.press("Enter");
        expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
        // On to the first post's title: categories come before it.
        for (let tabs = 0; tabs < 12 && !(await focused()).startsWith("작은 서버를 오래"); tabs++) {
            await page.keyboard.press("Tab");
        }
        // The ring is around the whole entry.
        const ring = await page.evaluate(() => getComputedStyle(document.activeElement!, "::after").outlineStyle);
        expect(ring).toBe("solid");
        await page.keyboard.press("Enter");
        await page.waitForURL(app.url + postPath(RICH_SLUG));

        await page.locator(".enlarge").first().focus();
        await page.keyboard.press("Enter");
        const dialog = page.getByRole("dialog", { name: "책상 아래의 선반" });
        await dialog.waitFor();
        await dialog.getByRole("img", { name: "책상 아래의 선반" }).waitFor();
        expect(await dialog.innerText()).toContain("선반은 벽에서 한 뼘");
        expect(await focused()).toBe("닫기");
        await page.keyboard.press("Escape");
        await dialog.waitFor({ state: "detached" });
        expect(await page.evaluate(() => document.activeElement?.className)).toBe("enlarge");

        await page.keyboard.press("/");
        await page.waitForURL(`${app.url}/search`);
        await page.keyboard.press("/");
        await page.keyboard.type("a/b");
        expect(await page.getByRole("searchbox").inputValue()).toBe("a/b");
        await page.getByRole("searchbox").fill("먼지");
        await page.keyboard.press("Enter");
        await page.waitForURL(/q=/);
    });
});

it("goes through the whole post by Tab, and never stays in one place or out of sight", async () => {
    await inBrowser(async (page) => {
        await page.goto(app.url + postPath(RICH_SLUG));
        const seen: string[] = [];
        for (let tabs = 0; tabs < 80; tabs++) {
            await page.keyboard.press("Tab");
            const at = await page.evaluate(() => {
                const element = document.activeElement!;
                if (element === document.body) return undefined;
                const box = element.getBoundingClientRect();
                return {
                    name: `${element.tagName} ${element.className} ${element.textContent.slice(0, 30)}`,
                    seen: box.width > 0 && box.height > 0,
                };
            });
            if (at === undefined) break;
            expect(at.seen, at.name).toBe(true);
            expect(at.name).not.toBe(seen.at(-1));
            seen.push(at.name);
        }
        expect(seen.some((name) => name.startsWith("PRE"))).toBe(true);
        expect(seen.some((name) => name.includes("JSON Feed"))).toBe(true);
    });
});

it("copies code as it is", async () => {
    await inBrowser(
        async (page) => {
            await page.goto(app.url + postPath(RICH_SLUG));
            const block = page.locator(".code").last();
            await block.hover();
            await block.getByRole("button", { name: "복사" }).click();
            await block.getByRole("button", { name: "복사했습니다" }).waitFor();
            expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
                '- governor = "performance"\n+ governor = "powersave"',
            );
            await block.getByRole("button", { name: "복사", exact: true }).waitFor();
        },
        { permissions: ["clipboard-read", "clipboard-write"] },
    );
});

it("marks in the contents where the reader is", async () => {
    await inBrowser(
        async (page) => {
            await page.goto(app.url + postPath(RICH_SLUG));
            const current = page.locator(".toc-aside [aria-current]");
            expect(await current.count()).toBe(0);
            await page.getByRole("heading", { name: "온도 재기" }).evaluate((heading) => {
                scrollTo({ top: heading.getBoundingClientRect().top + scrollY - 20, behavior: "instant" });
            });
            await expect.poll(() => current.allInnerTexts()).toEqual(["온도 재기"]);
            await page.evaluate(() => {
                scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
            });
            await expect.poll(() => current.allInnerTexts()).toEqual(["마치며"]);
        },
        { viewport: { width: 1440, height: 900 } },
    );
});

it("takes away a picture's blurred stand-in when the picture is there", async () => {
    await inBrowser(async (page) => {
        await page.goto(app.url + postPath(RICH_SLUG));
        for (const picture of await page.locator(".picture").all()) {
            await picture.scrollIntoViewIfNeeded();
            await expect.poll(() => picture.locator(".placeholder").count()).toBe(0);
            expect(await picture.locator("img").isVisible()).toBe(true);
        }
    });
});

it("counts a view and shows the count with it", async () => {
    await inBrowser(async (page) => {
        const counted = page.waitForRequest((request) => request.method() === "POST");
        await page.goto(app.url + postPath(RICH_SLUG));
        expect((await counted).url()).toBe(`${app.url}/api/views/${encodeURIComponent(RICH_SLUG)}`);
        await page.getByText("조회 1,234회").waitFor();
    });
});

describe("the theme", () => {
    it("follows the system, is chosen by the button, and stays chosen", async () => {
        await inBrowser(
            async (page) => {
                await page.goto(app.url);
                expect(await background(page)).toBe(DARK);
                const button = page.locator("[data-theme-button]");
                expect(await button.getAttribute("aria-label")).toBe("화면 테마: 시스템 설정");
                await button.click();
                expect(await button.getAttribute("aria-label")).toBe("화면 테마: 밝게");
                expect(await background(page)).toBe(LIGHT);
                await page.goto(app.url + postPath(RICH_SLUG));
                expect(await background(page)).toBe(LIGHT);
                await button.click();
                expect(await background(page)).toBe(DARK);
                await page.emulateMedia({ colorScheme: "light" });
                expect(await background(page)).toBe(DARK);
                await button.click();
                expect(await background(page)).toBe(LIGHT);
                await page.emulateMedia({ colorScheme: "dark" });
                await page.reload();
                expect(await background(page)).toBe(DARK);
            },
            { colorScheme: "dark" },
        );
    });

    it("is there at the first paint: the page's script has no part in it", async () => {
        const context = await readerContext(browser, { colorScheme: "light" });
        await context.addInitScript(() => {
            localStorage.setItem("theme", "dark");
            // What is said of the theme when there is a body for the first time: nothing is painted before.
            new MutationObserver((_, observer) => {
                if ((document.body as HTMLElement | null) === null) return;
                (window as unknown as { atFirst: string | undefined }).atFirst = document.documentElement.dataset.theme;
                observer.disconnect();
            }).observe(document, { childList: true, subtree: true });
        });
        await context.route("**/reader.js*", (route) => route.abort());
        const page = await context.newPage();
        await page.goto(app.url);
        expect(await page.evaluate(() => (window as unknown as { atFirst: string }).atFirst)).toBe("dark");
        expect(await background(page)).toBe(DARK);
        // The styles hold back the first paint.
        const html = await (await fetch(app.url)).text();
        expect(html).toMatch(/<link rel="stylesheet"[^>]*>(?=.*<body>)/s);
        await context.close();
    });
});

it("moves nothing while it loads", async () => {
    await inBrowser(
        async (page) => {
            for (const address of [app.url, app.url + postPath(RICH_SLUG)]) {
                await page.goto(address);
                await page.waitForLoadState("networkidle");
                const shift = await page.evaluate(
                    () =>
                        new Promise<number>((resolve) => {
                            let sum = 0;
                            new PerformanceObserver((list) => {
                                for (const entry of list.getEntries())
                                    sum += (entry as unknown as { value: number }).value;
                            }).observe({ type: "layout-shift", buffered: true });
                            setTimeout(() => {
                                resolve(sum);
                            }, 300);
                        }),
                );
                expect(shift, address).toBeLessThan(0.01);
            }
        },
        { viewport: { width: 360, height: 740 } },
    );
});

it("is printed black on white, without what can't be pressed on paper", async () => {
    await inBrowser(
        async (page) => {
            await page.goto(app.url + postPath(RICH_SLUG));
            await page.emulateMedia({ media: "print", colorScheme: "dark" });
            expect(await background(page)).toBe("rgb(255, 255, 255)");
            expect(await page.evaluate(() => getComputedStyle(document.body).color)).toBe("rgb(0, 0, 0)");
            for (const hidden of [
                ".site-nav",
                ".toc-aside",
                ".related",
                ".copy-button",
                ".neighbours",
                ".site-footer",
            ]) {
                expect(await page.locator(hidden).first().isVisible(), hidden).toBe(false);
            }
            expect(await page.locator("h1").isVisible()).toBe(true);
            expect((await page.pdf({ format: "A4" })).length).toBeGreaterThan(10_000);
        },
        { colorScheme: "dark" },
    );
});

describe.each([360, 1440])("axe finds nothing at %i px", (width) => {
    it.each(["light", "dark"] as const)("in the %s theme", async (colorScheme) => {
        const context = await readerContext(browser, {
            colorScheme,
            viewport: { width, height: 900 },
            reducedMotion: "reduce",
            bypassCSP: true,
        });
        await context.route("**/api/views/*", (route) => route.fulfill({ json: { views: 1 } }));
        const page = await context.newPage();
        const found: string[] = [];
        for (const [name, address] of Object.entries(PAGES)) {
            await page.goto(app.url + address);
            for (const closed of await page.locator("details:not([open]) > summary").all()) {
                if (await closed.isVisible()) await closed.click();
            }
            await page.addScriptTag({ content: AXE });
            const { violations } = await page.evaluate(() =>
                (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
            );
            for (const { id, nodes } of violations) {
                for (const node of nodes)
                    found.push(`${name}: ${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ""}`);
            }
        }
        await context.close();
        expect(found).toEqual([]);
    });
});
