import { expect, it } from "vitest";
import * as z from "zod";

import { fieldMessages } from "../../src/auth/field-messages";
import { adminStrings } from "../../src/i18n/admin";

it("says what is wrong with each field in the language of the site, never in zod's own words", () => {
    const schema = z.strictObject({
        title: z.string().max(3),
        name: z.string().min(1),
        list: z.array(z.string()).max(1),
        count: z.number(),
        status: z.enum(["a", "b"]),
        id: z.uuid(),
        missing: z.string(),
    });
    const bad = { title: "long", name: "", list: ["a", "b"], count: "x", status: "c", id: "x", extra: 1 };
    const result = schema.safeParse(bad, { reportInput: true });
    const of = (language: "ko" | "en") => fieldMessages(result.error!, adminStrings(language).errors);
    expect(of("ko")).toEqual({
        title: "최대 3자까지 쓸 수 있습니다.",
        name: "필수 항목입니다.",
        list: "최대 1개까지 넣을 수 있습니다.",
        count: "숫자를 입력해 주세요.",
        status: "다음 중 하나여야 합니다: a, b",
        id: "올바르지 않은 값입니다.",
        missing: "필수 항목입니다.",
        "": "알 수 없는 항목입니다: extra",
    });
    expect(Object.values(of("en")).join(" ")).not.toMatch(/Invalid|expected|[가-힣]/);
});
