import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContext, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";

import { freshEnvironment, startApp, type App } from "../support/app";
import { AUTHOR, makeAuthor, signIn } from "../support/author";
import { startBrowser } from "../support/browser";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let app: App;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let faults: string[];

beforeAll(async () => {
    const { env, variables } = await freshEnvironment();
    await makeAuthor(env);
    app = await startApp(variables);
    browser = await startBrowser();
});
afterAll(async () => {
    await browser.close();
    await app.stop();
});
beforeEach(async () => {
    context = await browser.newContext({
        locale: "ko-KR",
        timezoneId: "Asia/Seoul",
        viewport: { width: 1280, height: 800 },
        permissions: ["clipboard-read", "clipboard-write"],
    });
    page = await context.newPage();
    faults = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => {
        // What the browser says of an answer is the test's to judge.
        if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
            faults.push(message.text());
        }
    });
});
afterEach(async () => {
    await context.close();
    // No exception, no violation of the Content-Security-Policy, no hydration that went wrong.
    expect(faults).toEqual([]);
});

async function enter(to = "/admin"): Promise<void> {
    await page.goto(`${app.url}${to}`);
    await page.getByLabel("이메일").fill(AUTHOR.email);
    await page.getByLabel("비밀번호").fill(AUTHOR.password);
    await page.getByRole("button", { name: "로그인" }).click();
    await page.waitForURL((url) => !url.pathname.includes("sign-in"));
}
const newPost = async () => {
    await page.getByRole("button", { name: "새 글 쓰기" }).click();
    await page.waitForURL(/\/admin\/posts\/\d+$/);
    await text().waitFor();
};
const text = () => page.getByRole("textbox", { name: "본문 (마크다운)" });
const state = () => page.getByTestId("save-state");
const waitForState = (wanted: string | RegExp) => state().filter({ hasText: wanted }).waitFor();

it("is the author's whole day", async () => {
    await page.goto(`${app.url}/admin/trash`);
    expect(new URL(page.url()).pathname).toBe("/admin/sign-in");
    await page.getByLabel("이메일").fill(AUTHOR.email);
    await page.getByLabel("비밀번호").fill("wrong password");
    await page.getByRole("button", { name: "로그인" }).click();
    await page.getByText("이메일 또는 비밀번호가 올바르지 않습니다.").waitFor();
    expect(await page.getByLabel("이메일").inputValue()).toBe(AUTHOR.email);
    await page.getByLabel("비밀번호").fill(AUTHOR.password);
    await page.getByRole("button", { name: "로그인" }).click();
    await page.waitForURL("**/admin/trash");

    // Write, in both languages.
    await page.goto(`${app.url}/admin`);
    await newPost();
    await page.getByLabel("제목", { exact: true }).fill("쿠버네티스 첫걸음");
    await text().click();
    await page.keyboard.insertText(
        "## 시작\n\n온프레미스 **클러스터**를 다룹니다.\n\n```ts\nconst answer = 42;\n```\n\n",
    );
    await page.keyboard.insertText("And a paragraph in English.\n\n");
    const preview = page.getByRole("region", { name: "미리보기" });
    await preview.getByRole("heading", { name: "시작" }).waitFor();
    await preview.locator("strong", { hasText: "클러스터" }).waitFor();
    await waitForState("초안을 자동 저장했습니다");

    // Paste a picture.
    const png = await sharp({ create: { width: 640, height: 400, channels: 3, background: "#0d6152" } })
        .png()
        .toBuffer();
    await text().evaluate((element, bytes) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], "cluster.png", { type: "image/png" }));
        element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }, Array.from(png));
    await text()
        .getByText(/!\[cluster\]\(\/images\/[0-9a-f-]{36}\)/)
        .waitFor();
    await preview.locator("img").waitFor();
    await waitForState("초안을 자동 저장했습니다");
    await page.screenshot({ path: "/tmp/c-editor.png" });

    // A reload keeps all of it; readers see nothing.
    await page.reload();
    await text().getByText("온프레미스").waitFor();
    expect(await page.getByLabel("제목", { exact: true }).inputValue()).toBe("쿠버네티스 첫걸음");
    await page.getByText("저장하지 않은 변경이 남아 있어 이어서 편집합니다.").waitFor();
    expect((await fetch(`${app.url}/post/${encodeURIComponent("쿠버네티스-첫걸음")}`)).status).toBe(404);

    // Publish.
    await page.getByRole("button", { name: "발행 설정" }).click();
    const dialog = page.getByRole("dialog", { name: "발행 설정" });
    await dialog.getByRole("radio", { name: "발행", exact: false }).last().check();
    await dialog.getByLabel("카테고리").fill("운영");
    await dialog.getByLabel("태그").fill("kubernetes");
    await page.keyboard.press("Enter");
    await dialog.getByText("이 글의 주소: /post/쿠버네티스-첫걸음").waitFor();
    await dialog.getByLabel("설명").fill("집에서 클러스터 시작하기");
    await dialog.getByRole("radio", { name: "본문의 1번째 이미지" }).check({ force: true });
    await page.screenshot({ path: "/tmp/c-publish.png" });
    await dialog.getByRole("button", { name: "발행", exact: true }).click();
    await page.getByText("글을 발행했습니다.").waitFor();
    await waitForState("저장됨");

    // As a reader.
    const slug = encodeURIComponent("쿠버네티스-첫걸음");
    const reader = await browser.newContext();
    const asReader = await reader.newPage();
    await asReader.goto(`${app.url}/post/${slug}`);
    await asReader.getByRole("heading", { name: "쿠버네티스 첫걸음", level: 1 }).waitFor();
    await asReader.getByText("온프레미스 클러스터를 다룹니다.").waitFor();
    expect(
        await asReader
            .locator(".prose img:not(.placeholder)")
            .evaluate((image: HTMLImageElement) => image.decode().then(() => true)),
    ).toBe(true);

    // Another address: the old one leads to it.
    await page.getByRole("button", { name: "발행 설정" }).click();
    await dialog.getByLabel("주소").fill("first-steps");
    await dialog.getByText(/자동 이동\(301\)/).waitFor();
    await dialog.getByRole("button", { name: "업데이트" }).click();
    await waitForState("저장됨");
    const old = await fetch(`${app.url}/post/${slug}`, { redirect: "manual" });
    expect([old.status, old.headers.get("location")]).toEqual([301, "/post/first-steps"]);
    await asReader.goto(`${app.url}/post/${slug}`);
    expect(new URL(asReader.url()).pathname).toBe("/post/first-steps");
    await reader.close();

    // A revision comes back.
    await text().click();
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText("\n\n지나친 한마디.");
    await page.keyboard.press("Control+s");
    await page.getByText("저장했습니다.").last().waitFor();
    await page.getByRole("button", { name: "수정 기록" }).click();
    const revisions = page.getByRole("dialog", { name: "수정 기록" });
    await revisions.getByRole("listitem").nth(1).getByRole("button").click();
    await revisions.getByText("지나친 한마디.").waitFor();
    await page.screenshot({ path: "/tmp/c-revisions.png" });
    await revisions.getByRole("button", { name: "이 버전 불러오기" }).click();
    expect(await text().innerText()).not.toContain("지나친 한마디.");
    await page.keyboard.press("Control+s");
    await waitForState("저장됨");
    expect(await (await fetch(`${app.url}/post/first-steps`)).text()).not.toContain("지나친 한마디.");

    // Schedule another one.
    await page.goto(`${app.url}/admin`);
    await newPost();
    await page.getByLabel("제목", { exact: true }).fill("나중에 나올 글");
    await page.getByRole("button", { name: "발행 설정" }).click();
    await dialog.getByRole("radio", { name: /예약/ }).check();
    await dialog.getByLabel("발행할 날짜와 시간").fill("2020-01-01T09:00");
    await dialog.getByRole("button", { name: "발행 예약" }).click();
    await dialog.getByText("예약 시간이 이미 지났습니다.").waitFor();
    await dialog.getByLabel("발행할 날짜와 시간").fill("2099-01-01T09:00");
    await dialog.getByRole("button", { name: "발행 예약" }).click();
    await page.getByText("2099.01.01 09:00에 발행하도록 예약했습니다.").waitFor();

    // Into the trash, and back.
    await page.getByRole("link", { name: "글 목록" }).click();
    const item = page.getByRole("listitem").filter({ hasText: "나중에 나올 글" });
    await item.getByRole("button", { name: "휴지통으로" }).click();
    await page.getByRole("button", { name: "되돌리기" }).click();
    await item.getByText("2099.01.01 09:00 발행 예정").waitFor();
    await page.screenshot({ path: "/tmp/c-list.png" });

    await page.getByRole("button", { name: "로그아웃" }).click();
    await page.waitForURL("**/admin/sign-in");
    await page.goto(`${app.url}/admin`);
    expect(new URL(page.url()).pathname).toBe("/admin/sign-in");
});
