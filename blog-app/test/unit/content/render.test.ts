import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";

import { renderMarkdown } from "../../../src/content/pipeline";
import type { KnownImage } from "../../../src/content/render";

const PICTURE = "11111111-2222-4333-8444-555555555555";
const OTHER = "99999999-2222-4333-8444-555555555555";
const known: KnownImage = { id: PICTURE, width: 1200, height: 800, placeholder: "UklGRg==", widths: [480, 960, 1200] };
const of = (markdown: string) =>
    renderMarkdown(markdown, { images: () => Promise.resolve(new Map([[PICTURE, known]])) });
const htmlOf = async (markdown: string) => (await of(markdown)).html;

describe("headings", () => {
    test("level 1 moves down to 2, ids are Korean, names that come again are numbered", async () => {
        const { html, toc } = await of("# 개발 동기\n\n## 비용 문제\n\n#### 깊은 것\n\n# 개발 동기\n\n## name");
        expect(toc).toEqual([
            { id: "개발-동기", text: "개발 동기", depth: 0 },
            { id: "비용-문제", text: "비용 문제", depth: 1 },
            { id: "개발-동기-2", text: "개발 동기", depth: 0 },
            { id: "section-name", text: "name", depth: 1 },
        ]);
        expect(html).toContain(
            '<h2 id="개발-동기">개발 동기<a class="anchor" href="#개발-동기" aria-hidden="true" tabindex="-1"></a></h2>',
        );
        expect(html).toContain('<h5 id="깊은-것">');
        expect(html).not.toContain("<h1");
    });
    test("without a level 1 they stay, and the table of contents begins at the highest", async () => {
        const { html, toc } = await of("## 가\n\n### 나 `code`\n\n> ## 인용\n\n## 다");
        expect(toc.map(({ text, depth }) => [text, depth])).toEqual([
            ["가", 0],
            ["나 code", 1],
            ["다", 0],
        ]);
        expect(html).toContain("<h3 id");
    });
    test("links to ids of one's own, and to headings as they are written, arrive", async () => {
        const html = await htmlOf('<a id="here"></a>\n\n## 다른 곳\n\n[a](#here) [b](#다른-곳) [c](#nowhere)');
        expect(html).toContain('<a id="user-content-here">');
        expect(html).toContain('<a href="#user-content-here">a</a>');
        expect(html).toContain('<a href="#다른-곳">b</a>');
    });
});

test("text: emphasis beside Korean, strikethrough, breaks, lists, quotations", async () => {
    expect(await htmlOf('**"굵게"**는 굵다. ~~지움~~ *기울임*')).toBe(
        '<p><strong>"굵게"</strong>는 굵다. <del>지움</del> <em>기울임</em></p>',
    );
    expect(await htmlOf("- [x] 한 일\n- [ ] 할 일")).toBe(
        '<ul class="contains-task-list">\n' +
            '<li class="task-list-item"><input type="checkbox" checked disabled aria-label="완료"> 한 일</li>\n' +
            '<li class="task-list-item"><input type="checkbox" disabled aria-label="미완료"> 할 일</li>\n</ul>',
    );
});

test("links: of other sites, and addresses with a particle after them", async () => {
    expect(await htmlOf("[밖](https://example.org/) [안](/post/글)")).toBe(
        '<p><a href="https://example.org/" rel="noopener">밖</a> <a href="/post/%EA%B8%80">안</a></p>',
    );
    expect(await htmlOf("https://example.org에서 받고 https://example.org/가/나 에 둔다")).toBe(
        '<p><a href="https://example.org" rel="noopener">https://example.org</a>에서 받고 ' +
            '<a href="https://example.org/%EA%B0%80/%EB%82%98" rel="noopener">https://example.org/가/나</a> 에 둔다</p>',
    );
});

test("tables scroll by themselves, by keyboard too", async () => {
    const html = await htmlOf("| 이름 | 값 |\n|:--|--:|\n| 가 | 1 |");
    expect(html).toMatch(/^<div class="table" role="group" tabindex="0" aria-label="표"><table>/);
    expect(html).toContain('<td align="right">1</td>');
});

test("footnotes are labelled in the post's language, and lead there and back", async () => {
    const korean = await htmlOf("본문입니다[^1].\n\n[^1]: 각주입니다.");
    expect(korean).toContain('<a href="#user-content-fn-1"');
    expect(korean).toContain('id="user-content-fn-1"');
    expect(korean).toContain('href="#user-content-fnref-1"');
    expect(korean).toContain('<h2 class="sr-only" id="user-content-footnote-label">각주</h2>');
    expect(korean).toContain('aria-label="각주 1의 본문으로 돌아가기"');
    expect(await htmlOf("English text[^1].\n\n[^1]: A note.")).toContain(">Footnotes</h2>");
});

describe("code", () => {
    test("is coloured by classes, with its language and title", async () => {
        const html = await htmlOf('```ts title="server.ts"\nconst answer: number = 42; // <b>\n```');
        expect(html).toContain('<figure class="code" data-language="typescript">');
        expect(html).toContain(
            '<span class="code-title">server.ts</span><span class="code-language">TypeScript</span>',
        );
        expect(html).toContain('<span class="tk-keyword">const </span>');
        expect(html).toContain('<span class="tk-number">42</span>');
        expect(html).toContain('<span class="tk-comment">// &#x3C;b></span>');
        expect(html).not.toMatch(/style=/);
    });
    test("keeps every character", async () => {
        const source = readFileSync(import.meta.filename, "utf8");
        const html = await htmlOf("````ts\n" + source + "````");
        const text = html.slice(html.indexOf("<code>"), html.indexOf("</code>")).replace(/<[^>]*>/g, "");
        expect(text.replaceAll("&#x3C;", "<").replaceAll("&#x26;", "&")).toBe(source.trimEnd());
    });
    test("of an unknown language, and of none, is plain", async () => {
        expect(await htmlOf("```brainfuck\n+<>\n```")).toContain('data-language="brainfuck"');
        expect(await htmlOf("    indented")).toContain(
            '<figure class="code" data-language=""><pre tabindex="0" role="group" aria-label="코드"><code>indented</code></pre></figure>',
        );
    });
    test.each([
        ["python", "def f(x):\n    return 'a'", ["tk-keyword", "tk-string", "tk-function"]],
        ["yaml", "a: 1 # c", ["tk-property", "tk-number", "tk-comment"]],
        ["bash", 'echo "$HOME" # c', ["tk-string", "tk-comment"]],
        ["html", "<a href='x'>", ["tk-tag", "tk-attribute", "tk-string"]],
        ["diff", "+a\n-b", ["tk-inserted", "tk-deleted"]],
        ["sql", "SELECT 1", ["tk-keyword", "tk-number"]],
        ["json", '{"a": true}', ["tk-property", "tk-constant"]],
        ["go", "func main() {}", ["tk-keyword", "tk-function"]],
        ["css", "a { color: red }", ["tk-tag", "tk-property"]],
    ])("%s", async (language, code, classes) => {
        const html = await htmlOf("```" + language + "\n" + code + "\n```");
        for (const name of classes) expect(html).toContain(`class="${name}"`);
    });
});

describe("math", () => {
    test("is MathML without a style", async () => {
        const html = await htmlOf(
            "$\\frac{a}{b}$ 그리고\n\n$$\n\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}\\color{red}x\n$$\n\n```math\nx^2\n```",
        );
        expect(html).toContain("<mfrac><mi>a</mi><mi>b</mi></mfrac>");
        expect(html.match(/<div class="math" tabindex="0"><math display="block"/g)).toHaveLength(2);
        expect(html).toContain('mathcolor="#ff0000"');
        expect(html).not.toMatch(/style=/);
    });
    test("that is faulty is shown as it is written", async () => {
        expect(await htmlOf("$\\frac{1$")).toBe('<p><span class="math-fault"><code>\\frac{1</code></span></p>');
    });
    test("is not what costs money", async () => {
        expect(await htmlOf("하나에 $5, 둘에 $10 입니다.")).toBe("<p>하나에 $5, 둘에 $10 입니다.</p>");
        expect(await htmlOf("US$5-$10")).toBe("<p>US$5-$10</p>");
        expect(await htmlOf("$x$와 $y$")).toContain("<mi>x</mi>");
    });
});

describe("pictures", () => {
    test("have their size, widths and placeholder; the first is loaded at once", async () => {
        const { html, images } = await of(
            `![하나](/images/${PICTURE})\n\n<img alt="둘" src="/images/${PICTURE.toUpperCase()}"/>`,
        );
        expect(images).toEqual([PICTURE]);
        expect(html).toBe(
            `<p><span class="picture"><img class="placeholder" src="data:image/webp;base64,UklGRg==" width="1200" height="800" alt="" aria-hidden="true"><img src="/images/${PICTURE}" srcset="/images/${PICTURE}?w=480 480w, /images/${PICTURE}?w=960 960w, /images/${PICTURE} 1200w" sizes="(min-width: 48rem) 44rem, 100vw" width="1200" height="800" alt="하나" fetchpriority="high" decoding="async"></span></p>\n` +
                `<span class="picture"><img class="placeholder" src="data:image/webp;base64,UklGRg==" width="1200" height="800" alt="" aria-hidden="true"><img src="/images/${PICTURE}" srcset="/images/${PICTURE}?w=480 480w, /images/${PICTURE}?w=960 960w, /images/${PICTURE} 1200w" sizes="(min-width: 48rem) 44rem, 100vw" width="1200" height="800" alt="둘" loading="lazy" decoding="async"></span>`,
        );
    });
    test("that are missing say so", async () => {
        const { html, images } = await of(`글 ![지도](/images/${OTHER})`);
        expect(images).toEqual([OTHER]);
        expect(html).toBe(
            '<p>글 <span class="missing-picture" role="img" aria-label="이미지를 찾을 수 없습니다: 지도">이미지를 찾을 수 없습니다: 지도</span></p>',
        );
    });
    test("a title is the caption of a picture that stands alone", async () => {
        const html = await htmlOf(`![산](/images/${PICTURE} "설악산, 2024")`);
        expect(html).toMatch(
            /^<figure class="captioned"><span class="picture">.*<\/span><figcaption>설악산, 2024<\/figcaption><\/figure>$/,
        );
    });
    test("of other sites are loaded late", async () => {
        expect(await htmlOf("a ![](https://example.org/a.png) ![b](https://example.org/b.png)")).toBe(
            '<p>a <img src="https://example.org/a.png" alt="" fetchpriority="high" decoding="async"> <img src="https://example.org/b.png" alt="b" loading="lazy" decoding="async"></p>',
        );
    });
});

test("a frame of another site is a link to it", async () => {
    expect(await htmlOf('<iframe src="https://video.example.org/1"></iframe>')).toContain(
        '<a href="https://video.example.org/1" rel="noopener">https://video.example.org/1</a>',
    );
});

describe("what is derived", () => {
    test("excerpt: paragraphs only, at most 200 characters, cut after a sentence or a word", async () => {
        const { excerpt } = await of("- 목차\n- 둘\n\n```\ncode\n```\n\n첫 문단[^1].\n\n둘째 **문단**.\n\n[^1]: 각주");
        expect(excerpt).toBe("첫 문단. 둘째 문단.");
        const sentences = (await of("이 문장은 서른 글자쯤 되는 길이를 가진 문장입니다. ".repeat(20))).excerpt;
        expect(sentences.length).toBeLessThanOrEqual(200);
        expect(sentences).toMatch(/문장입니다\.$/);
        const words = (await of("낱말 ".repeat(200))).excerpt;
        expect(words.length).toBeLessThanOrEqual(200);
        expect(words).toMatch(/낱말…$/);
        expect((await of("가".repeat(500))).excerpt).toBe(`${"가".repeat(199)}…`);
        expect((await of("😀".repeat(300))).excerpt).toMatch(/^(😀)+…$/u);
        expect((await of("- 목록뿐인 글")).excerpt).toBe("목록뿐인 글");
        expect((await of("")).excerpt).toBe("");
    });
    test("text: all of it without markup, a line a block", async () => {
        expect((await of("# 제목\n\n본문 **굵게** `코드`\n\n| a | b |\n|-|-|\n| 1 | 2 |\n\n<b>태그</b>")).text).toBe(
            "제목\n본문 굵게 코드\na, b\n1, 2\n태그",
        );
    });
    test("text: items apart, no arrows and numbers of notes, no source of formulas", async () => {
        const { text } = await of(
            "식 $\\frac{a}{b}$는 참[^1].\n\n$$\n\\int x\n$$\n\n- 하나\n- 둘\n  1. 셋\n  2. 넷!\n- 다섯\n\nhttps://example.org/a\n\n[^1]: 각주의 글.",
        );
        expect(text).toBe("식 …는 참.\n하나,\n둘\n셋,\n넷!\n다섯\nhttps://example.org/a\n각주의 글.");
    });
    test("excerpt: no addresses and no source of formulas", async () => {
        const { excerpt } = await of(
            "https://example.org/first?a=b\n\n식 $E=mc^2$는 https://example.org에서 [링크](https://example.net/c)로[^1].\n\n$$\n\\int x\n$$\n\n[^1]: 각주",
        );
        expect(excerpt).toBe("식 …는 example.org에서 링크로.");
        expect((await of("- $x$\n- www.example.org/a\n- 끝")).excerpt).toBe("… www.example.org, 끝");
    });
    test("language and minutes", async () => {
        expect((await of("쿠버네티스(Kubernetes)와 Argo CD, Argo Workflows를 씁니다.")).language).toBe("ko");
        expect((await of("The Korean word 김치 is known to many.")).language).toBe("en");
        expect((await of("")).language).toBe("ko");
        expect((await of("글")).readingMinutes).toBe(1);
        expect((await of("가나다라 ".repeat(500))).readingMinutes).toBe(4);
        expect((await of("word ".repeat(660))).readingMinutes).toBe(3);
    });
});

const seedFolder = process.env.BLOG_SEED ?? path.resolve(import.meta.dirname, "../../../../../shared/seed");
const seed = existsSync(seedFolder) ? readdirSync(seedFolder).find((name) => name.endsWith(".txt")) : undefined;
test.skipIf(seed === undefined)(
    `the seed's post reads right (skipped where BLOG_SEED has no post: ${seedFolder})`,
    async () => {
        const source = readFileSync(path.join(seedFolder, seed!), "utf8").replace(/^---\n[\s\S]*?\n---\n/, "");
        await of(source);
        const started = performance.now();
        const { html, toc, images, language, excerpt } = await of(source);
        console.log(`the seed's post: rendered in ${(performance.now() - started).toFixed(0)} ms`);
        expect(language).toBe("ko");
        expect(toc.length).toBeGreaterThan(10);
        expect(toc[0]?.depth).toBe(0);
        expect(images).toHaveLength(6);
        expect(html.match(/class="missing-picture"/g)).toHaveLength(6);
        expect(html.match(/<figure class="code" data-language="yaml">/g)).toHaveLength(3);
        expect(html).not.toMatch(/<h1|style=/);
        expect(excerpt.length).toBeGreaterThan(100);
    },
);
