import * as path from "node:path";

/** What the user types to call a command: by npm in a checkout, its bundled file elsewhere. Options come behind it. */
export function typed(command: string): string {
    const file = path.basename(process.argv[1] ?? "");
    return file.endsWith(".mjs") ? `node ${file}` : `npm run ${command} --`;
}
