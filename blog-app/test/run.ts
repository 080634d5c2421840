import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { parseArgs } from "node:util";

const root = path.resolve(import.meta.dirname, "..");
const usage = `usage: npm test [-- --check] [-- <files>]

Types, lint and format, then the tests; ends with "N passed, N failed, N skipped".

  --check  the unit tests only: what needs no database, no build and no browser (npm run check)
  <files>  only these test files, and no static check`;

/** Each counts as one test of the closing line. */
const STATIC: readonly (readonly [string, readonly string[]])[] = [
    ["types", ["node_modules/typescript/bin/tsc", "-p", "."]],
    ["lint", ["node_modules/eslint/bin/eslint.js", "--max-warnings=0", "."]],
    ["format", ["node_modules/prettier/bin/prettier.cjs", "--check", "--log-level=warn", "."]],
];

const { values, positionals } = parseArgs({
    options: { check: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
    allowPositionals: true,
});
if (values.help) {
    console.log(usage);
    process.exit(0);
}
const node = (command: readonly string[], env: Record<string, string> = {}) =>
    spawnSync(process.execPath, command, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } }).status === 0;

const failed: string[] = [];
const checks = positionals.length === 0 ? STATIC : [];
for (const [name, command] of checks) {
    const passed = node(command);
    console.log(`${passed ? "✓" : "✗"} ${name}`);
    if (!passed) failed.push(name);
}
const tests = node(
    ["node_modules/vitest/vitest.mjs", "run", ...(values.check ? ["--project", "unit"] : []), ...positionals],
    {
        BLOG_STATIC_CHECKS: `${String(checks.length - failed.length)} ${String(failed.length)}`,
    },
);
process.exit(tests && failed.length === 0 ? 0 : 1);
