/** Words that the renderer puts into a post, in the post's own language. */
export interface Labels {
    readonly footnotes: string;
    readonly backToText: (note: number) => string;
    readonly missingPicture: string;
    readonly table: string;
    readonly code: (language: string) => string;
    readonly done: string;
    readonly notDone: string;
    readonly unrendered: string;
}

export const LABELS: Readonly<Record<"ko" | "en", Labels>> = {
    ko: {
        footnotes: "각주",
        backToText: (note) => `각주 ${String(note)}의 본문으로 돌아가기`,
        missingPicture: "이미지를 찾을 수 없습니다",
        table: "표",
        code: (language) => (language === "" ? "코드" : `${language} 코드`),
        done: "완료",
        notDone: "미완료",
        unrendered: "구조가 너무 복잡해 원문을 그대로 표시합니다.",
    },
    en: {
        footnotes: "Footnotes",
        backToText: (note) => `Back to the text of footnote ${String(note)}`,
        missingPicture: "This picture is missing",
        table: "Table",
        code: (language) => (language === "" ? "Code" : `${language} code`),
        done: "Done",
        notDone: "Not done",
        unrendered: "Too complex to be laid out: this is its source.",
    },
};
