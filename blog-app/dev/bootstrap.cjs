// node dev/bootstrap.cjs <entry.ts> [arguments]: starts a TypeScript entry of this package, after installing the npm packages
// it needs.
"use strict";

const { spawn } = require("node:child_process");
const { join, resolve } = require("node:path");

const { needPackages } = require("./npm-packages.cjs");

const root = resolve(__dirname, "..");

async function main() {
    const [entry, ...rest] = process.argv.slice(2);
    if (entry === undefined) {
        process.stderr.write("usage: node dev/bootstrap.cjs <entry.ts> [arguments]\n");
        process.exit(64);
    }
    await needPackages(root);
    const tsx = join(root, "node_modules", "tsx", "dist", "cli.mjs");
    const child = spawn(process.execPath, [tsx, join(root, entry), ...rest], { stdio: "inherit" });
    // A terminal sends its signals to the child as well; others send them here alone.
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
    child.on("close", (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
}

void main();
