import type { Env } from "../server/env";
import { bytesOf } from "./bytes";

/** What the author is told about a picture that isn't taken: what was found, and what is wanted. */
export interface ImageStrings {
    unknown: string;
    notUploaded: string;
    type(found: string): string;
    empty: string;
    size(bytes: number, limit: number): string;
    sizeDiffers(found: number, wanted: number): string;
    typeDiffers(found: string, wanted: string): string;
    notAPicture: string;
    markup: string;
    /** Limits in millions. */
    pixels(width: number, height: number, limit: number): string;
    frames(frames: number, width: number, height: number, limit: number): string;
    damaged: string;
    inUse(titles: string): string;
    storeDown: string;
}

/** 50: 5천만; 64: 6400만; 100: 1억. */
function millions(value: number): string {
    if (value % 100 === 0) return `${String(value / 100)}억`;
    return value % 10 === 0 ? `${String(value / 10)}천만` : `${String(value * 100)}만`;
}

const ko: ImageStrings = {
    unknown: "그런 이미지가 없습니다. 이미 삭제되었을 수 있습니다.",
    notUploaded: "아직 업로드된 파일이 없습니다. 파일을 다시 올려 주세요.",
    type: (found) =>
        `${found === "" ? "알 수 없는" : found} 형식은 올릴 수 없습니다. PNG, JPEG, WebP, GIF, AVIF 이미지만 올릴 수 있습니다.`,
    empty: "빈 파일입니다. 이미지 파일을 선택해 주세요.",
    size: (bytes, limit) => `파일이 너무 큽니다(${bytesOf(bytes)}). ${bytesOf(limit)}까지 올릴 수 있습니다.`,
    sizeDiffers: (found, wanted) =>
        `업로드된 크기(${String(found)}바이트)가 알려 준 크기(${String(wanted)}바이트)와 다릅니다. 다시 올려 주세요.`,
    typeDiffers: (found, wanted) =>
        `파일의 내용(${found})과 형식(${wanted})이 서로 다릅니다. 확장자를 내용에 맞게 바꾼 뒤 다시 올려 주세요.`,
    notAPicture:
        "이미지 파일이 아닙니다. PNG, JPEG, WebP, GIF, AVIF 이미지만 올릴 수 있습니다(SVG와 HTML은 올릴 수 없습니다).",
    markup: "이미지 안에 웹 페이지 코드(HTML 또는 스크립트)가 들어 있어 올릴 수 없습니다. 이미지 편집기에서 다시 저장해 주세요.",
    pixels: (width, height, limit) =>
        `이미지가 너무 큽니다(${String(width)}×${String(height)}픽셀). ${millions(limit)} 픽셀까지 올릴 수 있습니다.`,
    frames: (frames, width, height, limit) =>
        `움직이는 이미지가 너무 큽니다(${String(width)}×${String(height)}픽셀, ${String(frames)}프레임). 모든 프레임을 합쳐 ${millions(limit)} 픽셀까지 올릴 수 있습니다.`,
    damaged: "이미지가 손상되었거나 잘렸습니다. 원본 파일을 확인한 뒤 다시 올려 주세요.",
    inUse: (titles) => `글에서 사용 중인 이미지는 삭제할 수 없습니다: ${titles}`,
    storeDown: "이미지 저장소에 연결할 수 없습니다. 잠시 후 다시 시도해 주세요.",
};

const en: ImageStrings = {
    unknown: "There is no such image; it may have been deleted.",
    notUploaded: "No file has been uploaded yet. Please upload it again.",
    type: (found) =>
        `Files of type ${found === "" ? "unknown" : found} can't be uploaded; wanted: a PNG, JPEG, WebP, GIF or AVIF image.`,
    empty: "The file is empty; wanted: an image.",
    size: (bytes, limit) => `The file is too large (${bytesOf(bytes)}); wanted: at most ${bytesOf(limit)}.`,
    sizeDiffers: (found, wanted) =>
        `${String(found)} bytes were uploaded where ${String(wanted)} were announced. Please upload the file again.`,
    typeDiffers: (found, wanted) =>
        `The file's content is ${found}, but it was announced as ${wanted}. Please give it the right extension and upload it again.`,
    notAPicture: "This isn't an image; wanted: PNG, JPEG, WebP, GIF or AVIF (not SVG or HTML).",
    markup: "The image has a web page (HTML or script) inside, so it isn't taken. Please save it anew with an image editor.",
    pixels: (width, height, limit) =>
        `The image is too large (${String(width)}×${String(height)} pixels); wanted: at most ${String(limit)} million pixels.`,
    frames: (frames, width, height, limit) =>
        `The animation is too large (${String(width)}×${String(height)} pixels, ${String(frames)} frames); wanted: at most ${String(limit)} million pixels in all frames together.`,
    damaged: "The image is damaged or cut off. Please check the original file and upload it again.",
    inUse: (titles) => `An image that posts show can't be deleted: ${titles}`,
    storeDown: "The image store is out of reach. Please try again in a moment.",
};

const strings: Readonly<Record<Env["SITE_LANGUAGE"], ImageStrings>> = { ko, en };

export function imageStrings(language: Env["SITE_LANGUAGE"]): ImageStrings {
    return strings[language];
}
