// Lets `require` load TypeScript without checking its types, as ts-node's transpile-only does, and keeps what it made:
// loading and running the compiler would be a third of the time that a second `npm run lab` may take.
"use strict";

const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join, resolve } = require("node:path");

const repository = resolve(__dirname, "..");
// In node_modules, so that it goes with the compiler it was made by.
const cache = join(repository, "node_modules", ".cache", "onprem-blog");
const { version } = require("typescript/package.json");
const salt = `${version}\n${readFileSync(join(repository, "tsconfig.json"), "utf8")}\n${readFileSync(__filename, "utf8")}`;

function transpile(text, fileName) {
    const typescript = require("typescript");
    const { config } = typescript.readConfigFile(join(repository, "tsconfig.json"), typescript.sys.readFile);
    const { options } = typescript.convertCompilerOptionsFromJson(config.compilerOptions, repository);
    const inlined = { ...options, noEmit: false, inlineSourceMap: true, inlineSources: true };
    return typescript.transpileModule(text, { compilerOptions: inlined, fileName }).outputText;
}

function load(fileName) {
    const text = readFileSync(fileName, "utf8");
    const name = createHash("sha256").update(salt).update(fileName).update("\n").update(text).digest("hex");
    const file = join(cache, `${name}.js`);
    try {
        return readFileSync(file, "utf8");
    } catch {
        const made = transpile(text, fileName);
        mkdirSync(cache, { recursive: true });
        // By rename: another process must never read half a file.
        const aside = `${file}.${process.pid}`;
        writeFileSync(aside, made);
        renameSync(aside, file);
        return made;
    }
}

process.setSourceMapsEnabled(true);
require.extensions[".ts"] = (module, fileName) => {
    module._compile(load(fileName), fileName);
};
