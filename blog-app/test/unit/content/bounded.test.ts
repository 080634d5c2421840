import { expect, test } from "vitest";

import { render } from "../../../src/content/render";

const PICTURE = "11111111-2222-4333-8444-555555555555";
const images = () => Promise.resolve(new Map());

test("what would take minutes becomes its source, while other work goes on", async () => {
    // Each paragraph opens all of the bold texts before it again.
    const bold = Array.from({ length: 6000 }, (_, index) => `<b title=${String(index)}>`).join("");
    const markdown = `![](/images/${PICTURE})\n${bold}${"<p>x".repeat(6000)}`;
    let ticks = 0;
    const clock = setInterval(() => ticks++, 50);
    const started = performance.now();
    const { html, images: ids } = await render(markdown, { images });
    clearInterval(clock);
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(ticks).toBeGreaterThan(50);
    expect(html).toContain('<p class="render-fault">');
    expect(html).not.toContain("<b title");
    expect(ids).toEqual([PICTURE]);
    // The next text has a thread of its own.
    expect((await render("**a**", { images })).html).toBe("<p><strong>a</strong></p>");
}, 60_000);

test("several at once, and images that can't be asked for", async () => {
    const all = await Promise.all(["a", "b", "c"].map((text) => render(text, { images })));
    expect(all.map(({ html }) => html)).toEqual(["<p>a</p>", "<p>b</p>", "<p>c</p>"]);
    const failing = () => Promise.reject(new Error("the database is down"));
    await expect(render(`![](/images/${PICTURE})`, { images: failing })).rejects.toThrow("the database is down");
    expect((await render("d", { images })).html).toBe("<p>d</p>");
});
