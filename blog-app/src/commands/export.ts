import { createWriteStream, renameSync, rmSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";

import { EnvError } from "../server/env";
import { withTransfer } from "../transfer/open";

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
        console.error(`found: ${positionals.join(" ") || "no file"}; wanted: one file to write\n\n${usage}`);
        process.exitCode = 2;
        return;
    }
    // Renamed when it is whole: an export that was cut off leaves no half zip.
    const partial = `${out}.partial`;
    try {
        let bytes = 0;
        await withTransfer(async (transfer) => {
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
        console.log(`${out}: ${(bytes / 1024 / 1024).toFixed(1)} MiB`);
    } catch (error) {
        rmSync(partial, { force: true });
        throw error;
    }
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(
        error instanceof EnvError ||
            (error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"))
            ? 2
            : 1,
    );
});
