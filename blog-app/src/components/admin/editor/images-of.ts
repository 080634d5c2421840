const ADDRESS = /\/images\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/gi;

/** Ids of the pictures in a text, each once, in order. */
export function imagesOf(markdown: string): string[] {
    return [...new Set([...markdown.matchAll(ADDRESS)].map(([, id = ""]) => id.toLowerCase()))];
}

/** What stands for a picture in Markdown; the file's name says what it shows, unless a program chose it. */
export function markdownImage(name: string, address: string): string {
    const shown = /^(image|img|screenshot|스크린샷|clipboard)?[\s\d._-]*\.\w+$/i.test(name)
        ? ""
        : name.replace(/\.\w+$/, "").replace(/[[\]\\\n]/g, " ");
    return `![${shown}](${address})`;
}
