import { createWriteStream, renameSync, rmSync, statSync } from "node:fs";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";

import { withTransfer } from "../transfer/open";
import { blogEnv } from "../command-line/blog-env";
import { fail, UsageError } from "../command-line/fail";
import { bytesOf } from "../i18n/bytes";
import { typed } from "../command-line/typed";

const usage = `usage: ${typed("export")} <out.zip> [--force]

Writes every post (but the trash) and every picture into a zip: posts/<address>.md and images/<id>.webp, which
\`npm run import\` takes again.

  --force  replace the file where there is one

It works on the blog of the server's environment (DATABASE_HOST, S3_ENDPOINT, ...), else on the one that \`npm run dev\`
runs for this checkout.`;

async function main(): Promise<void> {
    const { values, positionals } = parseArgs({
        allowPositionals: true,
        options: {
            force: { type: "boolean", default: false },
            help: { type: "boolean", short: "h", default: false },
        },
    });
    if (values.help) {
        console.log(usage);
        return;
    }
    const [out, ...rest] = positionals;
    if (out === undefined || rest.length > 0) {
        throw new UsageError(`found: ${positionals.join(" ") || "no file"}; wanted: one file to write`);
    }
    const folder = path.dirname(path.resolve(out));
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
        throw new Error(`${out}: no folder ${folder}; wanted: one that is there`);
    }
    const there = statSync(out, { throwIfNoEntry: false });
    if (there?.isDirectory() === true) throw new Error(`${out}: a folder; wanted: a file to write`);
    if (there !== undefined && !values.force) {
        throw new Error(`${out}: there already; wanted: another name, or --force to replace it`);
    }
    // Renamed when it is whole: an export that was cut off leaves no half zip.
    const partial = `${out}.partial`;
    try {
        let bytes = 0;
        await withTransfer(await blogEnv(), async (transfer) => {
            await pipeline(
                transfer.exportZip(),
                async function* (chunks) {
                    for await (const chunk of chunks) {
                        bytes += chunk.length;
                        yield chunk;
                    }
                },
                createWriteStream(partial),
            );
        });
        renameSync(partial, out);
        console.log(`${out}: ${bytesOf(bytes)}${there === undefined ? "" : ", in place of the file that was there"}`);
    } catch (error) {
        rmSync(partial, { force: true });
        throw error;
    }
}

main().catch((error: unknown) => fail(error, usage));
