import { bytesOf } from "./bytes";
import type { Language } from "./strings";

/** What is wrong with files that are imported: what was found, and what is wanted. */
export interface TransferStrings {
    openFrontMatter: string;
    toml: string;
    notYaml(detail: string): string;
    noFields: string;
    textWanted: string;
    tooLong(found: number, most: number): string;
    noTime(found: string): string;
    createdAtMissing: string;
    unknownField(nearest: string): string;
    ignoredField: string;
    foreignThumbnail: string;
    flag(found: string): string;
    titleMissing: string;
    thumbnail(found: string): string;
    status(choices: string): string;
    tags: string;
    publishedAtMissing: string;
    notUtf8: string;
    sameAddress(file: string, slug: string): string;
    addressTaken(slug: string): string;
    noPost(files: string): string;
    badZip(why: string): string;
    tooManyFiles(limit: number): string;
    tooManyBytes(limit: number): string;
    leadsOut(name: string): string;
    notZip: string;
    damaged(detail: string): string;
    cutOff: string;
    empty: string;
}

const TIME = "2024-12-31 23:59:59.000000 (UTC)";

const ko: TransferStrings = {
    openFrontMatter: '머리말(front matter)이 끝나지 않았습니다. 마지막 항목 다음 줄에 "---"를 넣어 주세요.',
    toml: 'TOML 머리말은 읽을 수 없습니다. "---" 줄 사이에 YAML로 적어 주세요. 예: title: "..."',
    notYaml: (detail) => `YAML 문법에 맞지 않습니다: ${detail}`,
    noFields: '한 줄에 한 항목씩 적어 주세요. 예: title: "..."',
    textWanted: '값을 하나의 텍스트로 적어 주세요. 예: "..."',
    tooLong: (found, most) => `${String(found)}자입니다. ${String(most)}자까지 쓸 수 있습니다.`,
    noTime: (found) => `시각이 아닙니다: "${found}". 예: ${TIME}`,
    createdAtMissing: `값이 없습니다. 예: ${TIME}`,
    unknownField: (nearest) => `알 수 없는 항목입니다. 혹시 ${nearest}인가요?`,
    ignoredField: "이 블로그에서 쓰지 않는 항목이라 가져오지 않았습니다.",
    foreignThumbnail: "다른 사이트의 이미지라 가져오지 않았습니다.",
    flag: (found) => `쓸 수 없는 값입니다: "${found}". true나 false로 적어 주세요.`,
    titleMissing: "값이 없습니다. 글의 제목을 적어 주세요.",
    thumbnail: (found) => `이미지 ID가 아닙니다: "${found}"`,
    status: (choices) => `다음 중 하나로 적어 주세요: ${choices}`,
    tags: '20개까지, 태그마다 60자까지 적을 수 있습니다. 예: ["하나", "둘"]',
    publishedAtMissing: "scheduled인데 publishedAt이 없습니다. 발행할 시각을 적어 주세요.",
    notUtf8: "UTF-8이 아닙니다. 파일을 UTF-8로 저장해 주세요.",
    sameAddress: (file, slug) => `${file} 파일과 주소(${slug})가 같습니다. slug를 다르게 적어 주세요.`,
    addressTaken: (slug) => `${slug} 주소는 다른 글이 쓰고 있거나 쓴 적이 있습니다. slug를 다르게 적어 주세요.`,
    noPost: (files) =>
        `글이 없습니다(${files || "파일 없음"}). .md 파일, <id>.webp 이미지 또는 이를 묶은 zip 파일을 선택해 주세요.`,
    badZip: (why) => `${why} 내보내기로 만든 것과 같은 zip 파일이어야 합니다.`,
    tooManyFiles: (limit) => `파일이 ${String(limit)}개를 넘습니다.`,
    tooManyBytes: (limit) => `압축을 푼 크기가 ${bytesOf(limit)}를 넘습니다.`,
    leadsOut: (name) => `${name} 경로가 zip 파일 밖을 가리킵니다.`,
    notZip: "zip 파일이 아니거나 손상된 파일입니다.",
    damaged: (detail) => `손상된 zip 파일입니다(${detail}).`,
    cutOff: "zip 파일이 중간에 잘렸습니다.",
    empty: "zip 파일이 비어 있습니다.",
};

const en: TransferStrings = {
    openFrontMatter: 'the front matter has no end; wanted: a line "---" after its last field',
    toml: 'front matter in TOML; wanted: YAML between lines "---", such as title: "..."',
    notYaml: (detail) => `no YAML: ${detail}`,
    noFields: 'wanted: a field in each line, such as title: "..."',
    textWanted: 'wanted: one text, such as "..."',
    tooLong: (found, most) => `${String(found)} characters; wanted: at most ${String(most)}`,
    noTime: (found) => `"${found}" is no time; wanted: ${TIME}`,
    createdAtMissing: `missing; wanted: ${TIME}`,
    unknownField: (nearest) => `no such field; wanted: ${nearest}, perhaps`,
    ignoredField: "left out: it means nothing to this blog",
    foreignThumbnail: "left out: another site's picture",
    flag: (found) => `"${found}"; wanted: true or false`,
    titleMissing: "missing; wanted: the post's title",
    thumbnail: (found) => `"${found}"; wanted: a picture's id`,
    status: (choices) => `wanted: one of ${choices}`,
    tags: 'wanted: at most 20, such as ["one", "two"], of at most 60 characters each',
    publishedAtMissing: "scheduled, and no publishedAt; wanted: when it is to be published",
    notUtf8: "not UTF-8; wanted: save it as UTF-8",
    sameAddress: (file, slug) => `the same address as ${file} (${slug}); wanted: a slug of its own`,
    addressTaken: (slug) => `the address ${slug} is another post's, or was; wanted: a slug of its own`,
    noPost: (files) => `no post in ${files || "no file"}; wanted: files ending with .md, <id>.webp, or a zip of them`,
    badZip: (why) => `${why}; wanted: a zip as the export makes it`,
    tooManyFiles: (limit) => `more than ${String(limit)} files`,
    tooManyBytes: (limit) => `more than ${bytesOf(limit)} unpacked`,
    leadsOut: (name) => `the name ${name} leads out of the zip`,
    notZip: "no zip, or a damaged one",
    damaged: (detail) => `not a whole zip (${detail})`,
    cutOff: "not a whole zip: it ends in the middle of a file",
    empty: "no files in it",
};

const tables: Readonly<Record<Language, TransferStrings>> = { ko, en };

export function transferStrings(language: Language): TransferStrings {
    return tables[language];
}
