import * as path from "node:path";

const root = path.resolve(__dirname, "..");

/** The command that runs the project's tests of these patterns, with its closing line. */
export function mocha(patterns: readonly string[]): string[] {
    return [
        ...[process.execPath, path.join(root, "node_modules/mocha/bin/mocha.js")],
        ...["--reporter", path.join(root, "test/reporter.cjs")],
        ...patterns.map((pattern) => path.join(root, pattern)),
    ];
}

/** The command that runs the blog's own tests, after installing its packages where they are needed. */
export function blog(...options: readonly string[]): string[] {
    return [process.execPath, path.join(root, "blog-app/dev/bootstrap.cjs"), "test/run.ts", ...options];
}
