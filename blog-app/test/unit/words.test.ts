import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";

import { bytesOf } from "../../src/i18n/bytes";
import { imageStrings } from "../../src/i18n/images";

const source = path.join(import.meta.dirname, "../../src");
const files = ["i18n", "content/welcome/posts"].flatMap((folder) =>
    readdirSync(path.join(source, folder)).map((name) => `${folder}/${name}`),
);

it.each([...files, "content/labels.ts"])("%s has one Korean word for each thing, and no particle left open", (file) => {
    const text = readFileSync(path.join(source, file), "utf8");
    expect(text).not.toMatch(/그림|들여오/);
    expect(text).not.toMatch(/[은을이과]\((?:는|를|가|와)\)|\(으\)로/);
    expect(text).not.toMatch(/[KM]iB/);
});

it("says sizes in one style", () => {
    expect([512, 16_000, 999_999, 1_000_000, 20_000_001, 1_000_000_000].map(bytesOf)).toEqual([
        "0.6 KB",
        "16 KB",
        "1000 KB",
        "1 MB",
        "20.1 MB",
        "1000 MB",
    ]);
});

it("counts pixels as Korean does", () => {
    const words = imageStrings("ko");
    expect(words.pixels(9000, 9000, 50)).toBe("이미지가 너무 큽니다(9000×9000픽셀). 5천만 픽셀까지 올릴 수 있습니다.");
    expect(words.pixels(9000, 9000, 64)).toContain("6400만 픽셀까지");
    expect(words.pixels(9000, 9000, 100)).toContain("1억 픽셀까지");
});
