import { runCounted, summary } from "./counts";
import { blog, mocha } from "./runners";

/** `npm run check`: what each commit passes. Types, lint, format and unit tests of the program and of the blog. */
async function main(): Promise<number> {
    return summary([
        await runCounted(mocha(["test/static/*.test.ts", "test/unit/**/*.test.ts", "test/component/*.test.ts"])),
        await runCounted(blog("--check")),
    ]);
}

void main().then((code) => {
    process.exitCode = code;
});
