/*
 * What stands in a text for a picture that is being uploaded: an image whose address is a fragment, which no picture
 * has. Readers must never see one.
 */

const PLACEHOLDER = /!\[([^\]]*)\]\(#upload-\d+\)/g;

/** `label` tells the author which file is meant; `number` counts the editor's uploads. */
export function uploadPlaceholder(label: string, number: number): string {
    return `![${label.replace(/[[\]\\\n]/g, " ")}](#upload-${number})`;
}

/** The labels of the placeholders in a text, in order. */
export function uploadPlaceholders(markdown: string): string[] {
    return [...markdown.matchAll(PLACEHOLDER)].map(([, label = ""]) => label);
}

export function withoutUploadPlaceholders(markdown: string): string {
    return markdown.replace(PLACEHOLDER, "");
}
