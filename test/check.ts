import * as path from "node:path";

import { runCounted, summary, type Counts } from "./counts";

/** `npm run check`: what each commit passes. Types, lint, format and unit tests of the program and of the blog. */
const root = path.resolve(__dirname, "..");

async function main(): Promise<number> {
    const counts: Counts[] = [
        await runCounted([
            ...[process.execPath, path.join(root, "node_modules/mocha/bin/mocha.js")],
            ...["--reporter", path.join(root, "test/reporter.cjs")],
            ...["test/static/*.test.ts", "test/unit/**/*.test.ts", "test/component/*.test.ts"],
        ]),
        await runCounted([process.execPath, path.join(root, "blog-app/dev/bootstrap.cjs"), "test/run.ts", "--check"]),
    ];
    return summary(counts);
}

void main().then((code) => {
    process.exitCode = code;
});
