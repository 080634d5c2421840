import * as path from "node:path";
import { context, type BuildOptions } from "esbuild";

const options = (root: string): BuildOptions => ({
    entryPoints: { reader: path.join(root, "src/client/reader.ts") },
    outdir: path.join(root, "public"),
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    logLevel: "warning",
});

/**
 * Makes public/reader.js, the readers' own script; with `watch`, again at each change of its source until the returned
 * function is called.
 */
export async function makeReaderScript(root: string, { watch = false } = {}): Promise<() => Promise<void>> {
    const made = await context(options(root));
    await made.rebuild();
    if (!watch) {
        await made.dispose();
        return () => Promise.resolve();
    }
    await made.watch();
    return () => made.dispose();
}
