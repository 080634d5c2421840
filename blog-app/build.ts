import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

import { makeReaderScript } from "./dev/reader-script";

/**
 * `npm run build`: everything the blog needs to run, in dist/. Next's standalone output, the server and the commands as
 * one file each, the files of the browser with their compressed copies. Needs no network and no database.
 */
const root = import.meta.dirname;
const dist = path.join(root, "dist");

/** Native code stays in node_modules. */
const NATIVE = ["sharp", "@node-rs/argon2", "next"];
const COMPRESSED = /\.(js|css|svg|txt|json|webmanifest)$/;

await makeReaderScript(root);
execFileSync(process.execPath, [path.join(root, "node_modules/next/dist/bin/next"), "build"], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
});
rmSync(dist, { recursive: true, force: true });
cpSync(path.join(root, ".next/standalone"), dist, { recursive: true });
rmSync(path.join(dist, "server.js"));
await build({
    entryPoints: Object.fromEntries(
        readdirSync(path.join(root, "src/commands")).map((file) => [
            path.parse(file).name,
            path.join(root, "src/commands", file),
        ]),
    ),
    outdir: dist,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: NATIVE,
    sourcemap: true,
    // CommonJS packages inside the bundle ask for Node's own modules by require.
    banner: {
        js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
});
cpSync(path.join(root, "public"), path.join(dist, "public"), { recursive: true });
cpSync(path.join(root, ".next/static"), path.join(dist, "public/_next/static"), { recursive: true });
cpSync(path.join(root, "migrations"), path.join(dist, "migrations"), { recursive: true });
copyPackages(NATIVE.filter((name) => name !== "next"));
compress(path.join(dist, "public"));

/** Copies native packages with all they depend on, as they are installed here. */
function copyPackages(names: readonly string[]): void {
    const done = new Set<string>();
    const copy = (name: string) => {
        if (done.has(name)) return;
        done.add(name);
        const from = path.join(root, "node_modules", name);
        let manifest: { dependencies?: Record<string, string>; optionalDependencies?: Record<string, string> };
        try {
            manifest = JSON.parse(readFileSync(path.join(from, "package.json"), "utf8")) as typeof manifest;
        } catch {
            return; // Another platform's.
        }
        mkdirSync(path.join(dist, "node_modules", path.dirname(name)), { recursive: true });
        cpSync(from, path.join(dist, "node_modules", name), { recursive: true, dereference: true });
        Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).forEach(copy);
    };
    names.forEach(copy);
}

function compress(folder: string): void {
    for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
        if (!entry.isFile() || !COMPRESSED.test(entry.name)) continue;
        const file = path.join(entry.parentPath, entry.name);
        const content = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
        writeFileSync(`${file}.br`, brotliCompressSync(content));
    }
}
