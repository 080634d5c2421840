import { readFileSync } from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";

import { TOKEN_CLASSES } from "../../../src/content/highlight";

const styles = path.resolve(import.meta.dirname, "../../../src/styles");
const read = (name: string) => readFileSync(path.join(styles, name), "utf8");

/** The colours that a file gives its variables, for light and for dark. */
function colorsOf(css: string): { light: Map<string, string>; dark: Map<string, string>; chosen: Map<string, string> } {
    const colors = (text: string) =>
        new Map(Array.from(text.matchAll(/(--[\w-]+): (#[0-9a-f]{6});/g), ([, name, color]) => [name!, color!]));
    const dark = css.indexOf("@media (prefers-color-scheme: dark)");
    const chosen = css.indexOf(':root[data-theme="dark"]');
    return {
        light: colors(css.slice(0, dark)),
        dark: colors(css.slice(dark, chosen)),
        chosen: colors(css.slice(chosen)),
    };
}

function luminance(color: string): number {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
        const value = parseInt(color.slice(at, at + 2), 16) / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
function contrast(a: string, b: string): number {
    const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
}

const code = colorsOf(read("code.css"));
const tokens = colorsOf(read("tokens.css"));

test("the chosen dark theme is the device's", () => {
    expect(code.chosen).toEqual(code.dark);
});

test.each(["light", "dark"] as const)("every class has a %s colour of at least 4.5:1", (theme) => {
    const css = read("code.css");
    for (const name of TOKEN_CLASSES) {
        expect(css, name).toContain(`.${name} {`);
        const color = code[theme].get(`--${name}`)!;
        for (const paper of ["--paper", "--paper-raised"]) {
            expect(contrast(color, tokens[theme].get(paper)!), `${name} ${color} on ${paper}`).toBeGreaterThanOrEqual(
                4.5,
            );
        }
    }
});
