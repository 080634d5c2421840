import { parseArgs } from "node:util";

import { FIELDS } from "../content/front-matter";
import { withTransfer } from "../transfer/open";
import { readFiles } from "../transfer/read-files";
import { ImportError } from "../transfer/transfer";
import { blogEnv } from "../command-line/blog-env";
import { fail, UsageError } from "../command-line/fail";
import { typed } from "../command-line/typed";

const fields = Object.entries(FIELDS)
    .map(([own, others]) => `  ${own.padEnd(12)} ${others.join(", ")}`.trimEnd())
    .join("\n");
const usage = `usage: ${typed("import")} <file|folder|zip>...

Brings posts into the blog: .md files, pictures named <id>.webp (or .png, .jpg, .gif, .avif) beside them, or a zip of
these. A post whose address is there is changed; the same again changes nothing. All of it or nothing: every fault is
said with its file and line.

The fields of a file's front matter (YAML between two lines "---"), with what other blogs call them:
${fields}
Times are universal (UTC) where they say no zone. Other fields are left out, and named. A file without front matter
becomes a draft with the title of its first heading, else its name.

It works on the blog of the server's environment (DATABASE_HOST, S3_ENDPOINT, ...), else on the one that \`npm run dev\`
runs for this checkout.`;

async function main(): Promise<void> {
    const { values, positionals } = parseArgs({
        allowPositionals: true,
        options: { help: { type: "boolean", short: "h", default: false } },
    });
    if (values.help) {
        console.log(usage);
        return;
    }
    if (positionals.length === 0) throw new UsageError("nothing to import");
    const files = readFiles(positionals);
    const result = await withTransfer(await blogEnv(), (transfer) =>
        transfer.importFiles(files, (line) => console.log(`· ${line}`)),
    );
    const count = (many: readonly string[]) => String(many.length);
    console.log(
        `${count(result.added)} added, ${count(result.updated)} updated, ${count(result.unchanged)} unchanged; ${String(result.images)} new pictures`,
    );
    if (result.missingImages.length > 0) {
        console.log(`pictures that posts show and that are missing:\n  ${result.missingImages.join("\n  ")}`);
    }
    if (result.warnings.length > 0) console.log(`left out:\n  ${result.warnings.join("\n  ")}`);
    if (result.skipped.length > 0) console.log(`neither post nor picture:\n  ${result.skipped.join("\n  ")}`);
}

main().catch((error: unknown) => {
    if (error instanceof ImportError) console.error("nothing was imported:");
    fail(error, usage);
});
