import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";

import { passphraseFrom } from "../settings/passphrase";
import { decryptConfig, readStackFile } from "../settings/stack-file";
import { collectObjects } from "./collect";
import { generatedMark, renderManifests } from "./manifests";

const usage = `usage: npm run render -- [--stack production] [--out deploy]

Runs the program without an engine and writes every namespaced Kubernetes object, except Secrets,
to <out>/<namespace>/, with a kustomization.yaml each. Needs no laptop and no cluster; a stack file with secrets needs
PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE.`;

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: {
            stack: { type: "string", default: "production" },
            out: { type: "string", default: "deploy" },
            help: { type: "boolean", short: "h", default: false },
        },
    });
    if (values.help) {
        console.log(usage);
        return;
    }
    const stackFile = readStackFile(readFileSync(`Pulumi.${values.stack}.yaml`, "utf8"));
    const { values: config, secretKeys } = decryptConfig(stackFile, passphraseFrom(process.env));
    const files = renderManifests(await collectObjects(values.stack, config, secretKeys));
    deleteGenerated(values.out);
    for (const file of files) {
        mkdirSync(path.join(values.out, path.dirname(file.path)), { recursive: true });
        writeFileSync(path.join(values.out, file.path), file.text);
    }
    console.log(`${files.length} files written below ${values.out}/`);
}

/** The file of an object that is gone must go with it. */
function deleteGenerated(folder: string): void {
    if (!existsSync(folder)) {
        return;
    }
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        const file = path.join(entry.parentPath, entry.name);
        if (entry.isFile() && entry.name.endsWith(".yaml") && readFileSync(file, "utf8").startsWith(generatedMark)) {
            rmSync(file);
        }
    }
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
