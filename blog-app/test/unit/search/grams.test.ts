import { describe, expect, it } from "vitest";

import { gramsOf, queryOf } from "../../../src/search/grams";

const hex = (character: string) => (character.codePointAt(0) ?? 0).toString(16).padStart(5, "0");
const pair = (two: string) => `g${Array.from(two).map(hex).join("")}`;

describe("gramsOf", () => {
    it("makes pairs of Korean neighbours, and each syllable once", () => {
        expect(gramsOf("캐시 캐시").split(" ")).toEqual([pair("캐시"), pair("캐시"), `s${hex("캐")}`, `s${hex("시")}`]);
        expect(gramsOf("저장소").split(" ").slice(0, 2)).toEqual([pair("저장"), pair("장소")]);
    });

    it("pairs nothing across a blank, a mark or a change of script", () => {
        expect(gramsOf("가 나·다a라")).not.toMatch(/\bg/);
    });

    it("ends Latin words, so that a whole word and a beginning differ", () => {
        expect(gramsOf("Node node-20 v1.36")).toBe("wnodez wnodez w20z wv1z w36z");
    });

    it("takes compatibility forms, capitals and composed or split Hangul as the same", () => {
        const written = ["Ｃａｃｈｅ 캐시", "cache 캐시".normalize("NFD"), "CACHE 캐시"];
        expect(new Set(written.map(gramsOf)).size).toBe(1);
    });

    it("gives the index ASCII tokens only, longer than its shortest and no longer than its longest", () => {
        const text = "한글 漢字 ひらがな カタカナ é ü straße 日本語 a 1 🙂 " + "x".repeat(300);
        for (const token of gramsOf(text).split(" ")) {
            expect(token).toMatch(/^[a-z0-9]{3,84}$/);
        }
        expect(gramsOf("🙂 ... !?")).toBe("");
    });
});

describe("queryOf", () => {
    it("wants every part of every word", () => {
        expect(queryOf("저장소 node").boolean).toBe(`+${pair("저장")} +${pair("장소")} +wnode*`);
        expect(queryOf("저장소 node").phrases).toEqual(["저장소"]);
    });

    it("finds one syllable, and one letter only as a word of its own", () => {
        expect(queryOf("글").boolean).toBe(`+s${hex("글")}`);
        expect(queryOf("c").boolean).toBe("+wcz");
    });

    it("leaves no operator of the index's own language in", () => {
        for (const query of ['+-><()~*"@', "a* -b", '"가나" @4', "%_\\'"]) {
            expect(queryOf(query).boolean ?? "").toMatch(/^(\+[a-z0-9]+\*?( |$))*$/);
        }
    });

    it("knows when nothing of it is indexed", () => {
        expect(queryOf("🙂").boolean).toBeNull();
        expect(queryOf("").boolean).toBeNull();
    });

    it("counts 64 characters", () => {
        expect(queryOf("가".repeat(63) + "나다라").boolean).toBe(`+${pair("가가")} +${pair("가나")}`);
    });
});
