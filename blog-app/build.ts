import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

import { makeReaderScript } from "./dev/reader-script";
import { fail } from "./src/command-line/fail";

const usage = `usage: npm run build

Makes dist/: all that the blog needs to run. Needs no network and no database.`;

/**
 * `npm run build`: everything the blog needs to run, in dist/. Next's standalone output, the server and the commands as
 * one file each, the files of the browser with their compressed copies. Needs no network and no database.
 */
const root = import.meta.dirname;
const dist = path.join(root, "dist");

/** What stays in node_modules: native code, and WebAssembly that lies beside its script. */
const PACKAGES = ["sharp", "@node-rs/argon2", "harfbuzzjs"];
/** Of a package nobody reads these where it only runs. */
const NOT_RUN =
    /\.(d\.[cm]?ts|map|md|markdown|cc|h|hpp|gyp|gypi)$|\/(install|docs?|tests?|include|harfbuzz-subset\.wasm|THIRD-PARTY-NOTICES[^/]*)$/i;
/** The fonts of the pictures for social networks (src/og). */
const FONTS = ["Pretendard-Bold.otf", "Pretendard-Medium.otf"];
/** Megabytes; a dist/ that grew beyond is a mistake, or a decision to be made here. */
const MAX_MEGABYTES = 75;
const COMPRESSED = /\.(js|css|svg|txt|json|webmanifest)$/;

if (isHelpAsked()) {
    console.log(usage);
    process.exit(0);
}
await makeReaderScript(root);
execFileSync(process.execPath, [path.join(root, "node_modules/next/dist/bin/next"), "build"], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
});
rmSync(dist, { recursive: true, force: true });
// Without the source maps of Next's own bundles: no one reads them there.
cpSync(path.join(root, ".next/standalone"), dist, { recursive: true, filter: (source) => !source.endsWith(".map") });
rmSync(path.join(dist, "server.js"));
await build({
    entryPoints: {
        ...Object.fromEntries(
            readdirSync(path.join(root, "src/commands")).map((file) => [
                path.parse(file).name,
                path.join(root, "src/commands", file),
            ]),
        ),
        "render-worker": path.join(root, "src/content/render-worker.ts"),
    },
    outdir: dist,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: [...PACKAGES, "next"],
    // What the commands share is there once, beside them: their code asks where it lies.
    splitting: true,
    chunkNames: "[name]-[hash]",
    // Not minified, so a stack trace can be read in the bundle itself; source maps would be as large as all else.
    sourcemap: false,
    // CommonJS packages inside the bundle ask for Node's own modules by require.
    banner: {
        js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
});
cpSync(path.join(root, "public"), path.join(dist, "public"), { recursive: true });
cpSync(path.join(root, ".next/static"), path.join(dist, "public/_next/static"), { recursive: true });
cpSync(path.join(root, "migrations"), path.join(dist, "migrations"), { recursive: true });
mkdirSync(path.join(dist, "fonts"));
for (const font of FONTS) {
    cpSync(path.join(root, "node_modules/pretendard/dist/public/static", font), path.join(dist, "fonts", font));
}
copyPackages(PACKAGES);
compress(path.join(dist, "public"));
reportSize();

function isHelpAsked(): boolean {
    try {
        return parseArgs({ options: { help: { type: "boolean", short: "h", default: false } } }).values.help;
    } catch (error) {
        fail(error, usage);
    }
}

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
        cpSync(from, path.join(dist, "node_modules", name), {
            recursive: true,
            dereference: true,
            filter: (source) => !NOT_RUN.test(source.slice(from.length)),
        });
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

function reportSize(): void {
    const sizes = new Map<string, number>();
    for (const entry of readdirSync(dist, { withFileTypes: true, recursive: true })) {
        if (!entry.isFile()) continue;
        const file = path.join(entry.parentPath, entry.name);
        const [first = "", second = ""] = path.relative(dist, file).split(path.sep);
        const part = first === "node_modules" ? `${first}/${second}` : first;
        sizes.set(part, (sizes.get(part) ?? 0) + statSync(file).size);
    }
    const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
    const total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
    const largest = [...sizes].sort(([, a], [, b]) => b - a).slice(0, 6);
    console.log(
        `dist/: ${megabytes(total)} (${largest.map(([part, bytes]) => `${part} ${megabytes(bytes)}`).join(", ")})`,
    );
    if (total > MAX_MEGABYTES * 1e6) {
        throw new Error(`dist/ has ${megabytes(total)}; wanted: at most ${String(MAX_MEGABYTES)} MB`);
    }
}
