import { createWriteStream, renameSync, rmSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";

import { withTransfer } from "../transfer/open";
import { bytesOf } from "../i18n/bytes";
import { blogEnv } from "../command-line/blog-env";
import { fail, UsageError } from "../command-line/fail";

const usage = `usage: npm run export -- <out.zip>

Writes every post (but the trash) and every picture into a zip: posts/<address>.md and images/<id>.webp, which
\`npm run import\` takes again.

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
    const [out, ...rest] = positionals;
    if (out === undefined || rest.length > 0) {
        throw new UsageError(`found: ${positionals.join(" ") || "no file"}; wanted: one file to write`);
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
        console.log(`${out}: ${bytesOf(bytes)}`);
    } catch (error) {
        rmSync(partial, { force: true });
        throw error;
    }
}

main().catch((error: unknown) => fail(error, usage));
