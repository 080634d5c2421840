import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import type * as HarfBuzz from "harfbuzzjs";
import { OG_IMAGE } from "./size";

/** What a post's picture for social networks says. */
export interface OgContent {
    readonly title: string;
    readonly site: string;
    /** Empty: none. */
    readonly category: string;
    /** As it is shown; empty: none. */
    readonly date: string;
}

const { width: OG_WIDTH, height: OG_HEIGHT } = OG_IMAGE;

/** The light colours of src/styles/tokens.css. */
const COLORS = {
    paper: "#fbfaf7",
    ink: "#1f1d1a",
    soft: "#45413b",
    faint: "#6a655c",
    line: "#e1ddd3",
    accent: "#0d6152",
};
const MARGIN = 88;
const TEXT_WIDTH = OG_WIDTH - 2 * MARGIN;
/** Pixels of the title's letters, by the lines it may take; the last is cut off where it needs more. */
const TITLE_SIZES = [
    { size: 84, lines: 2 },
    { size: 70, lines: 3 },
    { size: 60, lines: 4 },
] as const;
const LEADING = 1.32;

/** A font's measure and outline of a text. */
export interface Font {
    /** Pixels. */
    width(text: string, size: number): number;
    /** SVG, with the text's baseline beginning at x, y. Characters that the font lacks, such as emoji and Chinese characters, are left out. */
    outline(text: string, size: number, x: number, y: number): string;
}
export interface Fonts {
    readonly bold: Font;
    readonly medium: Font;
}

/** Beside the server's bundle, or where npm put them. */
function fontFolder(): string {
    const built = path.join(import.meta.dirname, "fonts");
    if (existsSync(built)) return built;
    const manifest = createRequire(import.meta.url).resolve("pretendard/package.json");
    return path.join(path.dirname(manifest), "dist/public/static");
}

/** Reads the fonts: 15 MB of memory, so not before the first picture is asked for. */
export async function loadFonts(folder = fontFolder()): Promise<Fonts> {
    const harfbuzz = await import("harfbuzzjs");
    const open = (name: string) => openFont(harfbuzz, readFileSync(path.join(folder, `Pretendard-${name}.otf`)));
    return { bold: open("Bold"), medium: open("Medium") };
}

function openFont(harfbuzz: typeof HarfBuzz, content: Uint8Array): Font {
    const face = new harfbuzz.Face(new harfbuzz.Blob(content));
    const font = new harfbuzz.Font(face);
    const shape = (text: string) => {
        const buffer = new harfbuzz.Buffer();
        buffer.addText(text);
        buffer.guessSegmentProperties();
        harfbuzz.shape(font, buffer);
        return buffer.getGlyphInfosAndPositions().filter(({ codepoint }) => codepoint !== 0);
    };
    return {
        width: (text, size) => (shape(text).reduce((sum, { xAdvance = 0 }) => sum + xAdvance, 0) / face.upem) * size,
        outline(text, size, x, y) {
            const scale = size / face.upem;
            let at = 0;
            const glyphs = shape(text).map(({ codepoint, xAdvance = 0, xOffset = 0, yOffset = 0 }) => {
                const place = `translate(${String(at + xOffset)} ${String(yOffset)})`;
                at += xAdvance;
                const outline = font.glyphToPath(codepoint);
                return outline === "" ? "" : `<path transform="${place}" d="${outline}"/>`;
            });
            return `<g transform="translate(${String(x)} ${String(y)}) scale(${scale.toFixed(6)} ${(-scale).toFixed(6)})">${glyphs.join("")}</g>`;
        },
    };
}

/**
 * Lines of at most so many pixels, broken between words, inside a word only where it fills a line by itself; what is
 * beyond the last line is cut off by an ellipsis. `fits`: nothing was.
 */
export function breakLines(
    text: string,
    width: (text: string) => number,
    limit: { readonly pixels: number; readonly lines: number },
): { lines: string[]; fits: boolean } {
    const lines: string[] = [];
    let line = "";
    const words = text.slice(0, LONGEST).trim().split(/\s+/u);
    for (const word of words) {
        const longer = line === "" ? word : `${line} ${word}`;
        if (width(longer) <= limit.pixels) {
            line = longer;
            continue;
        }
        if (line !== "") lines.push(line);
        line = word;
        while (width(line) > limit.pixels && lines.length <= limit.lines) {
            const head = longestHead(line, width, limit.pixels);
            lines.push(head);
            line = line.slice(head.length);
        }
        if (lines.length > limit.lines) break;
    }
    if (line !== "") lines.push(line);
    if (lines.length <= limit.lines) return { lines, fits: true };
    const kept = lines.slice(0, limit.lines);
    const last = kept.at(-1) ?? "";
    const cut = `${longestHead(last, (head) => width(`${head.trimEnd()}…`), limit.pixels).trimEnd()}…`;
    return { lines: [...kept.slice(0, -1), cut], fits: false };
}

/** Characters of a text that are looked at: more than any picture has room for. */
const LONGEST = 1_000;
const GRAPHEMES = new Intl.Segmenter("ko", { granularity: "grapheme" });

/** At least one character, so that a loop over it ends. */
function longestHead(text: string, width: (text: string) => number, pixels: number): string {
    const ends = [...GRAPHEMES.segment(text)].map(({ index, segment }) => index + segment.length);
    let [low, high] = [0, ends.length - 1];
    while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (width(text.slice(0, ends[middle])) <= pixels) low = middle;
        else high = middle - 1;
    }
    return text.slice(0, ends[low]);
}

/** The picture as SVG of outlines only: it looks the same wherever it is drawn. */
export function drawOg(content: OgContent, { bold, medium }: Fonts): string {
    const shapes: string[] = [];
    const put = (color: string, drawn: string) => shapes.push(`<g fill="${color}">${drawn}</g>`);
    const oneLine = (text: string, font: Font, size: number, pixels: number) =>
        breakLines(text, (part) => font.width(part, size), { pixels, lines: 1 }).lines[0] ?? "";

    const tried = TITLE_SIZES.map(({ size, lines }) => ({
        size,
        ...breakLines(content.title, (part) => bold.width(part, size), { pixels: TEXT_WIDTH, lines }),
    }));
    const title = tried.find(({ fits }) => fits) ?? tried.at(-1);
    if (title === undefined) throw new Error("no size of a title");

    if (content.category !== "") {
        put(COLORS.accent, bold.outline(oneLine(content.category, bold, 32, TEXT_WIDTH), 32, MARGIN, 122));
    }
    const leading = title.size * LEADING;
    // In the middle between the category and the line, where capitals and Hangul reach about 0.75 above the baseline.
    const first = (150 + 500 - leading * (title.lines.length - 1) + title.size * 0.72) / 2;
    title.lines.forEach((line, number) => {
        put(COLORS.ink, bold.outline(line, title.size, MARGIN, first + number * leading));
    });
    const dateWidth = content.date === "" ? 0 : medium.width(content.date, 28);
    put(COLORS.faint, medium.outline(content.date, 28, OG_WIDTH - MARGIN - dateWidth, 562));
    put(COLORS.soft, bold.outline(oneLine(content.site, bold, 32, TEXT_WIDTH - dateWidth - 48), 32, MARGIN, 562));

    return `<svg xmlns="http://www.w3.org/2000/svg" width="${String(OG_WIDTH)}" height="${String(OG_HEIGHT)}">
<rect width="100%" height="100%" fill="${COLORS.paper}"/>
<rect width="100%" height="14" fill="${COLORS.accent}"/>
<rect x="${String(MARGIN)}" y="506" width="${String(TEXT_WIDTH)}" height="2" fill="${COLORS.line}"/>
${shapes.join("\n")}
</svg>`;
}
