import fc from "fast-check";
import { expect, test } from "vitest";

import { slugOf } from "../../../src/content/slug";

test.each([
    ["my.blog를 만들면서 들었던 고민과 해결 방법 - 구조, 도구", "my-blog를-만들면서-들었던-고민과-해결-방법-구조-도구"],
    ["Kubernetes(ArgoCD, Argo Workflows/Events) 도입기", "Kubernetes-ArgoCD-Argo-Workflows-Events-도입기"],
    ["  --C++ & C#!  ", "C-C"],
    ["한글".normalize("NFD"), "한글"],
    ["👨‍👩‍👧 가족 ❤️", "가족"],
    ["café naïve", "café-naïve"],
    ["हिन्दी", "हिन्दी"],
    ["!?", ""],
    ["가".repeat(130), "가".repeat(120)],
    [`${"가".repeat(100)} ${"나".repeat(30)}`, "가".repeat(100)],
])("%s", (title, slug) => {
    expect(slugOf(title)).toBe(slug);
});

test("a slug is an address's part: short, without blanks and punctuation, and its own slug", () => {
    fc.assert(
        fc.property(fc.string({ unit: "binary", maxLength: 300 }), (title) => {
            const slug = slugOf(title);
            expect(slug).toMatch(/^([\p{L}\p{N}\p{M}]+(-[\p{L}\p{N}\p{M}]+)*)?$/u);
            expect(Array.from(slug).length).toBeLessThanOrEqual(120);
            expect(slugOf(slug)).toBe(slug);
        }),
    );
}, 60_000);
