// node lab/bootstrap.cjs <entry.ts> [arguments]: starts a TypeScript entry of this repository, after installing the npm
// packages it needs. Plain Node without packages, since in a fresh clone there are none.
"use strict";

const { resolve } = require("node:path");

const { needPackages } = require("../blog-app/dev/npm-packages.cjs");

const repository = resolve(__dirname, "..");

async function main() {
    const [entry, ...rest] = process.argv.slice(2);
    if (entry === undefined) {
        process.stderr.write("usage: node lab/bootstrap.cjs <entry.ts> [arguments]\n");
        process.exit(64);
    }
    await needPackages(repository);
    const file = resolve(repository, entry);
    process.argv = [process.argv[0], file, ...rest];
    require("ts-node/register/transpile-only");
    require(file);
}

void main();
