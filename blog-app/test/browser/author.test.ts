import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";

import { freshEnvironment, root, startApp, type App } from "../support/app";
import { AUTHOR, makeAuthor, signInBrowser, type Client } from "../support/author";
import { startBrowser } from "../support/browser";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Looked at by people. */
const SCREENSHOTS = path.join(root, "test/screenshots/admin");

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
        // Not the site's, which the author's pages show.
        timezoneId: "America/New_York",
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
    await preview.getByRole("img", { name: "cluster" }).waitFor();
    await waitForState("초안을 자동 저장했습니다");
    await page.screenshot({ path: path.join(SCREENSHOTS, "day-editor.png") });

    // A reload keeps all of it; readers see nothing.
    await page.reload();
    await text().getByText("온프레미스").waitFor();
    expect(await page.getByLabel("제목", { exact: true }).inputValue()).toBe("쿠버네티스 첫걸음");
    await page.getByText("저장하지 않은 변경이 남아 있어 이어서 편집합니다.").waitFor();
    expect((await fetch(`${app.url}/post/${encodeURIComponent("쿠버네티스-첫걸음")}`)).status).toBe(404);

    // Publish.
    await page.getByRole("button", { name: "발행", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "발행 설정" });
    // What is preset is the post's only once it is published: closed, nothing has happened.
    expect(await dialog.getByRole("radio", { name: /^발행/ }).isChecked()).toBe(true);
    expect(await dialog.getByRole("radio", { name: "본문의 1번째 이미지" }).isChecked()).toBe(true);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "초안 저장" }).waitFor();
    await page.getByRole("button", { name: "발행 설정" }).click();
    expect(await dialog.getByRole("radio", { name: /^초안/ }).isChecked()).toBe(true);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "발행", exact: true }).click();
    await dialog.getByLabel("카테고리").fill("운영");
    await dialog.getByLabel("태그").fill("kubernetes");
    await page.keyboard.press("Enter");
    await dialog.getByText("이 글의 주소: /post/쿠버네티스-첫걸음").waitFor();
    await dialog.getByLabel("설명").fill("집에서 클러스터 시작하기");
    await page.screenshot({ path: path.join(SCREENSHOTS, "day-publish.png") });
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
    await asReader.goto(app.url);
    await asReader.locator('main img[src^="/images/"]').first().waitFor();
    await asReader.goto(`${app.url}/post/${slug}`);
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
    // The notice of the save before may still be there.
    await Promise.all([
        page.waitForResponse((answer) => answer.request().method() === "PUT" && /\/posts\/\d+$/.test(answer.url())),
        page.getByRole("button", { name: "업데이트" }).click(),
    ]);
    await page.getByRole("button", { name: "수정 기록" }).click();
    const revisions = page.getByRole("dialog", { name: "수정 기록" });
    await revisions.getByRole("listitem").nth(1).getByRole("button").click();
    await revisions.getByText("지나친 한마디.").waitFor();
    await page.screenshot({ path: path.join(SCREENSHOTS, "day-revisions.png") });
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
    await dialog.getByLabel("발행할 날짜와 시간(Asia/Seoul 시간대)").fill("2099-01-01T09:00");
    await dialog.getByRole("button", { name: "발행 예약" }).click();
    await page.getByText("2099.01.01 09:00에 발행하도록 예약했습니다.").waitFor();
    await page.getByRole("button", { name: "예약 변경" }).click();
    expect(await dialog.getByLabel("발행할 날짜와 시간").inputValue()).toBe("2099-01-01T09:00");
    await dialog.getByRole("button", { name: "예약 변경" }).waitFor();
    await page.keyboard.press("Escape");

    // Into the trash, and back.
    await page.getByRole("link", { name: "글 목록" }).click();
    const item = page.getByRole("listitem").filter({ hasText: "나중에 나올 글" });
    await item.getByRole("button", { name: "휴지통으로" }).click();
    await page.getByRole("button", { name: "되돌리기" }).click();
    await item.getByText("2099.01.01 09:00 발행 예정").waitFor();
    await page.screenshot({ path: path.join(SCREENSHOTS, "day-list.png") });

    await page.getByRole("button", { name: "로그아웃", exact: true }).click();
    await page.waitForURL("**/admin/sign-in");
    await page.goto(`${app.url}/admin`);
    expect(new URL(page.url()).pathname).toBe("/admin/sign-in");
});

/** The editor of a post that is made for it. */
async function openPost(client: Client, fields: object = {}): Promise<number> {
    const { id } = await client.json<{ id: number }>("POST", "/api/posts");
    if (Object.keys(fields).length > 0) {
        const post = await client.json<{ fields: object; revision: number }>("GET", `/api/posts/${id}`);
        await client.json("PUT", `/api/posts/${id}`, {
            fields: { ...post.fields, ...fields },
            stamp: { revision: post.revision, draftSavedAt: null },
        });
    }
    await page.goto(`${app.url}/admin/posts/${id}`);
    await text().waitFor();
    return id;
}

it("goes by the keyboard alone", async () => {
    await page.goto(`${app.url}/admin`);
    const focused = () =>
        page.evaluate(() => {
            const element = document.activeElement;
            return element?.getAttribute("aria-label") ?? element?.textContent ?? "";
        });
    const tabTo = async (name: string | RegExp, most = 40) => {
        for (let count = 0; count < most; count += 1) {
            await page.keyboard.press("Tab");
            const label = (await focused()).trim();
            if (typeof name === "string" ? label === name : name.test(label)) return;
        }
        throw new Error(`the Tab key doesn't reach ${String(name)}; it ends at ${await focused()}`);
    };
    await page.keyboard.press("Tab");
    await page.keyboard.type(AUTHOR.email);
    await page.keyboard.press("Tab");
    await page.keyboard.type(AUTHOR.password);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/admin");
    await tabTo("본문으로 건너뛰기");
    await page.keyboard.press("Enter");
    await tabTo("새 글 쓰기");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/admin\/posts\/\d+$/);
    await text().waitFor();
    await tabTo("제목");
    await page.keyboard.type("Keys only");
    // Enter leads on to the text.
    await page.keyboard.press("Enter");
    await page.keyboard.type("- one");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.type("two, ");
    await page.keyboard.press("Control+b");
    await page.keyboard.type("bold");
    expect(await text().innerText()).toMatch(/- one\n\s+- two, \*\*bold\*\*/);
    // Escape, then Tab leaves, and so does Shift+Tab.
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    expect(await focused()).not.toContain("two");
    await page.keyboard.press("Shift+Tab");
    await waitForState("초안을 자동 저장했습니다");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Shift+Tab");
    for (let count = 0; count < 12 && (await focused()) !== "발행 설정"; count += 1)
        await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "발행 설정" });
    await dialog.waitFor();
    // Closed by Escape, and the focus is where it was.
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await focused()).toBe("발행 설정");
    await page.keyboard.press("Enter");
    await tabTo(/^초안|^draft/, 3).catch(() => undefined);
    await dialog.getByRole("radio", { checked: true }).focus();
    for (let count = 0; count < 3; count += 1) await page.keyboard.press("ArrowDown");
    expect(await dialog.getByRole("radio", { name: /^발행/ }).isChecked()).toBe(true);
    await tabTo("발행");
    await page.keyboard.press("Enter");
    await page.getByText("글을 발행했습니다.").waitFor();
    expect((await fetch(`${app.url}/post/Keys-only`)).status).toBe(200);
});

it("loses nothing while the network is gone, through a reload and all", async () => {
    const client = await signInBrowser(context, app);
    const id = await openPost(client, { title: "Offline", markdown: "before" });
    await text().click();
    await page.keyboard.press("Control+End");
    await context.route("**/api/posts/**", (route) => route.abort());
    await page.keyboard.insertText(" and while away");
    await waitForState("연결이 끊겼습니다");
    // The browser is closed in the middle of it: it asks, and keeps it.
    page.once("dialog", (asked) => void asked.accept());
    await page.reload();
    await page.getByText("연결이 끊긴 동안 이 브라우저에 보관한 내용을 복구했습니다.").waitFor();
    await text().getByText("before and while away").waitFor();
    await waitForState("연결이 끊겼습니다");
    await context.unroute("**/api/posts/**");
    await waitForState("초안을 자동 저장했습니다");
    const kept = await client.json<{ draft: { fields: { markdown: string } } }>("GET", `/api/posts/${id}`);
    expect(kept.draft.fields.markdown).toBe("before and while away");
    expect(await page.evaluate((key) => localStorage.getItem(key), `blog.draft.${id}`)).toBeNull();
});

it("keeps what is typed while the session has ended, and goes on after signing in again", async () => {
    const client = await signInBrowser(context, app);
    const id = await openPost(client, { title: "Session" });
    await context.clearCookies();
    await text().click();
    await page.keyboard.insertText("typed after the end");
    await waitForState("로그아웃되었습니다.");
    const again = await signInBrowser(context, app);
    await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    await waitForState("초안을 자동 저장했습니다");
    const kept = await again.json<{ draft: { fields: { markdown: string } } }>("GET", `/api/posts/${id}`);
    expect(kept.draft.fields.markdown).toBe("typed after the end");
});

it("tells of another window's save, and lets the author choose", async () => {
    const client = await signInBrowser(context, app);
    const id = await openPost(client, { title: "Two windows", markdown: "start" });
    const other = await context.newPage();
    await other.goto(`${app.url}/admin/posts/${id}`);
    const otherText = other.getByRole("textbox", { name: "본문 (마크다운)" });
    await otherText.click();
    await other.keyboard.press("Control+End");
    await other.keyboard.insertText(" by the other");
    await other.keyboard.press("Control+s");
    await other.getByText("저장했습니다.").waitFor();

    await text().click();
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText(" by this one");
    const dialog = page.getByRole("dialog", { name: "다른 창에서 이 글이 바뀌었습니다" });
    await dialog.getByText("저장된 제목: Two windows").waitFor();
    await dialog.getByRole("button", { name: "지금 창의 내용 계속 쓰기" }).click();
    await waitForState("초안을 자동 저장했습니다");
    await page.keyboard.press("Control+s");
    await waitForState("저장됨");
    expect((await client.json<{ fields: { markdown: string } }>("GET", `/api/posts/${id}`)).fields.markdown).toBe(
        "start by this one",
    );
    // The other way round now: the other window takes what this one saved.
    await otherText.click();
    await other.keyboard.press("Control+End");
    await other.keyboard.insertText("!");
    await other
        .getByRole("dialog", { name: "다른 창에서 이 글이 바뀌었습니다" })
        .getByRole("button", { name: "바뀐 내용 불러오기" })
        .click();
    await otherText.getByText("start by this one").waitFor();
});

it("says beside the title what is wrong with it, and keeps the rest", async () => {
    const client = await signInBrowser(context, app);
    const id = await openPost(client);
    await text().click();
    await page.keyboard.insertText("no title yet");
    await page.getByRole("button", { name: "발행 설정" }).click();
    const dialog = page.getByRole("dialog", { name: "발행 설정" });
    await dialog.getByRole("radio", { name: /^발행/ }).check();
    await dialog.getByLabel("주소").fill("!!");
    await dialog.getByRole("button", { name: "발행", exact: true }).click();
    await dialog.getByText('"!!"에는 글자나 숫자가 없습니다.').waitFor();
    await dialog.getByText("제목을 입력해 주세요.").waitFor();
    expect(await dialog.getByLabel("주소").inputValue()).toBe("!!");
    expect((await client.json<{ fields: { status: string } }>("GET", `/api/posts/${id}`)).fields.status).toBe("draft");
    await page.keyboard.press("Escape");
    await page.locator("main").getByText("제목을 입력해 주세요.").waitFor();
    expect(await text().innerText()).toContain("no title yet");
});

it("uploads again what failed, and says what is no picture", async () => {
    const client = await signInBrowser(context, app);
    await openPost(client, { title: "Uploads" });
    const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#fff" } })
        .png()
        .toBuffer();
    await page.route("**/api/images", (route) => route.abort(), { times: 1 });
    await page.getByTestId("images").setInputFiles({ name: "네트워크.png", mimeType: "image/png", buffer: png });
    const uploads = page.getByRole("list", { name: "이미지 올리기" });
    await uploads.getByText("네트워크.png: 올리지 못했습니다.").waitFor();
    await text().getByText("올리는 중: 네트워크.png").waitFor();
    await uploads.getByRole("button", { name: "다시 올리기" }).click();
    await text()
        .getByText(/!\[네트워크\]\(\/images\//)
        .waitFor();
    await page.getByTestId("images").setInputFiles({
        name: "fake.png",
        mimeType: "image/png",
        buffer: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"),
    });
    // Gone from the text at once, and nothing to try again.
    await uploads.getByText(/fake\.png: 올릴 수 없는 파일이어서 본문에서 뺐습니다\. .+/).waitFor();
    expect(await text().innerText()).not.toContain("fake");
    expect(await uploads.getByRole("button", { name: "다시 올리기" }).count()).toBe(0);
    await page.keyboard.press("Control+s");
    await page.getByText("저장했습니다.").waitFor();
    await uploads.getByRole("button", { name: "닫기" }).click();
    await uploads.waitFor({ state: "detached" });
});

it("names the upload that a save waits for, takes it out when asked, and cleans a text that was left with one", async () => {
    const client = await signInBrowser(context, app);
    const id = await openPost(client, { title: "Left behind" });
    const buffer = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#fff" } })
        .png()
        .toBuffer();
    const upload = async () => {
        await page.getByTestId("images").setInputFiles({ name: "산.png", mimeType: "image/png", buffer });
        await page.getByText("산.png: 올리지 못했습니다.").waitFor();
    };
    await page.route("**/api/images", (route) => route.abort());
    await upload();
    await page.keyboard.press("Control+s");
    await page.getByText(/아직 다 올리지 못한 이미지가 있습니다: 산\.png\./).waitFor();
    await page.getByRole("status", { name: "알림" }).getByRole("button", { name: "빼기" }).click();
    await text().getByText("산.png").waitFor({ state: "detached" });
    await upload();
    await waitForState("초안을 자동 저장했습니다");
    const kept = await client.json<{ draft: { fields: object; savedAt: string }; revision: number }>(
        "GET",
        `/api/posts/${id}`,
    );
    const refused = await client.send("PUT", `/api/posts/${id}`, {
        fields: { ...kept.draft.fields, status: "published" },
        stamp: { revision: kept.revision, draftSavedAt: kept.draft.savedAt },
    });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
        error: { fields: { markdown: expect.stringContaining("올리는 중: 산.png") as string } },
    });
    await page.reload();
    await page.getByText("다 올리지 못한 이미지의 자리를 본문에서 뺐습니다: 산.png.").waitFor();
    expect(await text().innerText()).not.toContain("#upload-");
    await page.keyboard.press("Control+s");
    await page.getByText("저장했습니다.").waitFor();
});

it("copies a link to the preview, which a stranger can open", async () => {
    const client = await signInBrowser(context, app);
    const id = await openPost(client, { title: "For a friend", markdown: "not out yet" });
    await page.getByRole("button", { name: "미리보기 링크 복사" }).click();
    await page.getByText(/링크를 복사했습니다\./).waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const stranger = await browser.newContext();
    const theirs = await stranger.newPage();
    await theirs.goto(link);
    await theirs.getByRole("heading", { name: "For a friend" }).waitFor();
    await theirs.getByText("not out yet").waitFor();
    await theirs.getByText("아직 공개하지 않은 글입니다.").waitFor();
    const post = await client.json<{ fields: object; revision: number }>("GET", `/api/posts/${id}`);
    const saved = await client.json<{ fields: object; revision: number }>("PUT", `/api/posts/${id}`, {
        fields: { ...post.fields, status: "published" },
        stamp: { revision: post.revision, draftSavedAt: null },
    });
    await theirs.reload();
    await theirs.getByText("이미 발행한 글입니다. 독자에게도 이 내용으로 보입니다.").waitFor();
    await client.json("PUT", `/api/posts/${id}/draft`, {
        fields: { ...saved.fields, markdown: "a change" },
        stamp: { revision: saved.revision, draftSavedAt: null },
    });
    await theirs.reload();
    await theirs.getByText("a change").waitFor();
    await theirs.getByText("아직 반영하지 않은 내용입니다.").waitFor();
    await stranger.close();
});

it("puts categories and tags in order", async () => {
    const client = await signInBrowser(context, app);
    await client.json("POST", "/api/categories", { name: "둘째" });
    await page.goto(`${app.url}/admin/categories`);
    await page.getByLabel("새 카테고리 이름").fill("둘째");
    await page.getByRole("button", { name: "추가" }).click();
    await page.getByText('이미 있는 이름입니다: "둘째"').waitFor();
    expect(await page.getByLabel("새 카테고리 이름").inputValue()).toBe("둘째");
    await page.getByLabel("새 카테고리 이름").fill("셋째");
    await page.getByRole("button", { name: "추가" }).click();
    await page.getByRole("button", { name: "“셋째” 위로 옮기기" }).click();
    await page.getByRole("button", { name: "“둘째” 이름 바꾸기" }).click();
    await page.getByLabel("이름", { exact: true }).fill("마지막");
    await page.getByRole("button", { name: "저장", exact: true }).click();
    await page.getByText("저장했습니다.").waitFor();
    const { categories } = await client.json<{ categories: { name: string }[] }>("GET", "/api/categories");
    expect(categories.map(({ name }) => name).slice(-2)).toEqual(["셋째", "마지막"]);
    await page.getByRole("button", { name: "“마지막” 삭제" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "“마지막” 삭제" }).click();
    await page.getByText("삭제했습니다.").waitFor();
});

it("changes the password, ends other sessions, exports and imports", async () => {
    const client = await signInBrowser(context, app);
    // One without a title yet goes out and in as well.
    await client.json("POST", "/api/posts");
    await openPost(client, { title: "Goes out and in", markdown: "text" });
    await page.goto(`${app.url}/admin/settings`);
    await page.getByLabel("현재 비밀번호").fill("not this one");
    await page.getByLabel("새 비밀번호").fill("short");
    await page.getByRole("button", { name: "비밀번호 바꾸기" }).click();
    await page.getByText("비밀번호가 5자입니다.").waitFor();
    await page.getByLabel("새 비밀번호").fill("another long phrase");
    await page.getByRole("button", { name: "비밀번호 바꾸기" }).click();
    await page.getByText("현재 비밀번호가 올바르지 않습니다.").waitFor();
    // The browser in short, its whole name beside it.
    const device = page.getByText("Chrome · Linux").first();
    expect(await device.getAttribute("title")).toMatch(/^Mozilla\/5\.0 .*Chrome\//);
    const box = async (name: string) => {
        const found = await page.getByRole("button", { name, exact: true }).boundingBox();
        if (found === null) throw new Error(`${name} isn't shown`);
        return found;
    };
    const main = await page.getByRole("main").boundingBox();
    const out = await box("로그아웃");
    const list = await page.getByRole("list").filter({ has: device }).boundingBox();
    expect(out.x + out.width).toBeGreaterThan((main?.x ?? 0) + (main?.width ?? 0) - 60);
    expect((await box("다른 기기에서 모두 로그아웃")).y).toBeGreaterThan((list?.y ?? 0) + (list?.height ?? 0) + 10);
    await page.getByRole("button", { name: "다른 기기에서 모두 로그아웃" }).click();
    await page
        .getByText(/다른 기기/)
        .last()
        .waitFor();

    const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "zip으로 내보내기" }).click(),
    ]);
    const zip = readFileSync(await download.path());
    expect(zip.subarray(0, 2).toString()).toBe("PK");
    await page.getByLabel("가져올 파일").setInputFiles({ name: "blog.zip", mimeType: "application/zip", buffer: zip });
    await page.getByRole("button", { name: "가져오기", exact: true }).click();
    await page.getByText(/새 글 0개를 더하고 0개를 고쳤습니다\./).waitFor();
    await page.getByLabel("가져올 파일").setInputFiles({
        name: "broken.md",
        mimeType: "text/markdown",
        buffer: Buffer.from("---\ntitle: [\n---\n"),
    });
    await page.getByRole("button", { name: "가져오기", exact: true }).click();
    await page.getByText("아무것도 가져오지 않았습니다.").waitFor();
    await page.getByText(/broken\.md/).waitFor();
    expect((await client.send("GET", "/api/session")).status).toBe(200);
});

it.each([
    [360, "light"],
    [360, "dark"],
    [1440, "light"],
    [1440, "dark"],
] as const)(
    "has nothing that axe finds, nor a page wider than its window, at %i px, %s",
    async (width, colorScheme) => {
        const client = await signInBrowser(context, app);
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const looked = async (name: string) => {
            await page.evaluate(() => document.fonts.ready);
            await page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${width}-${colorScheme}.png`) });
            const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
            expect(wide, `${name} is wider than its window`).toBeLessThanOrEqual(0);
            await page.evaluate(AXE);
            const { violations } = await page.evaluate(() =>
                (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
            );
            expect(
                violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html).join(" ")}`),
            ).toEqual([]);
        };
        for (const [name, address] of [
            ["posts", "/admin"],
            ["nothing-found", "/admin?search=nowhere"],
            ["uploads", "/admin/uploads"],
            ["categories", "/admin/categories"],
            ["trash", "/admin/trash"],
            ["settings", "/admin/settings"],
        ] as const) {
            await page.goto(`${app.url}${address}`);
            await looked(name);
        }
        await openPost(client, { title: "A look", markdown: "# Look\n\nText with `code`.", tags: ["look"] });
        await text().click();
        await page.keyboard.insertText("More. ");
        await waitForState("초안을 자동 저장했습니다");
        await looked("editor");
        if (width < 1024) {
            await page.getByRole("button", { name: "미리보기", exact: true }).click();
            await page
                .getByRole("region", { name: "미리보기" })
                .getByRole("heading", { name: "Look", exact: true })
                .waitFor();
            await looked("preview");
        }
        await page.getByRole("button", { name: "수정 기록" }).click();
        await page.getByRole("dialog").getByRole("listitem").first().getByRole("button").click();
        await page
            .getByRole("dialog")
            .getByText("+ ", { exact: false })
            .or(page.getByRole("dialog").getByText("− "))
            .first()
            .waitFor();
        await looked("revisions");
        await page.keyboard.press("Escape");
        await page.getByRole("button", { name: "발행 설정" }).click();
        await page.getByRole("dialog").getByText("이 글의 주소").waitFor();
        await looked("publish");
        await context.clearCookies();
        await page.goto(`${app.url}/admin/sign-in`);
        await looked("sign-in");
    },
);
