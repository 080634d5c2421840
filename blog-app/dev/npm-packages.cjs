// The npm packages of a folder: whether they are what its package-lock.json says, and their installation. Plain Node without
// packages, since in a fresh clone there are none.
"use strict";

const { spawn } = require("node:child_process");
const { existsSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const WANTED = [20, 19];

/** Whether this Node can run the packages that package-lock.json pins. */
function nodeIsNewEnough(version) {
    const [major, minor] = version.split(".").map(Number);
    return major > WANTED[0] || (major === WANTED[0] && minor >= WANTED[1]);
}

/** By content, so that a fresh checkout's dates and a touched file mean nothing. Optional packages may be missing. */
function isInstalled(folder) {
    const installedFile = join(folder, "node_modules", ".package-lock.json");
    if (!existsSync(installedFile)) return false;
    let installed;
    try {
        installed = JSON.parse(readFileSync(installedFile, "utf8")).packages;
    } catch {
        return false;
    }
    const wanted = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")).packages;
    // The repository itself, which is not a package that is installed.
    delete wanted[""];
    const same = (name) =>
        wanted[name].version === installed[name]?.version && wanted[name].integrity === installed[name]?.integrity;
    return (
        Object.keys(wanted).every((name) => same(name) || (wanted[name].optional && !(name in installed))) &&
        Object.keys(installed).every((name) => name in wanted)
    );
}

/** Runs `npm ci`, saying every ten seconds how long it has been going on. */
function install(folder) {
    const started = Date.now();
    const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
    process.stderr.write(`Installing the npm packages of ${join(folder, "package-lock.json")} (npm ci)\n`);
    const ticker = setInterval(() => process.stderr.write(`  still installing npm packages (${seconds()})\n`), 10_000);
    return new Promise((done) => {
        // stdout belongs to the entry: `status --json` must stay JSON.
        const npm = spawn("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
            cwd: folder,
            stdio: ["ignore", "pipe", "inherit"],
        });
        npm.stdout.resume();
        npm.on("error", (error) => {
            process.stderr.write(
                `npm could not be started: ${error.message}. Install npm with Node, then try again.\n`,
            );
            done(127);
        });
        npm.on("close", (code) => {
            clearInterval(ticker);
            if (code === 0) process.stderr.write(`npm packages installed (${seconds()})\n`);
            done(code ?? 1);
        });
    });
}

/** Exits with a message where this Node is too old or the packages can't be installed; installs those that are missing. */
async function needPackages(folder) {
    if (!nodeIsNewEnough(process.versions.node)) {
        process.stderr.write(
            `Node ${process.versions.node} is too old: ${WANTED.join(".")} or later is wanted. Install Node 24 and try again.\n`,
        );
        process.exit(2);
    }
    if (isInstalled(folder)) return;
    const code = await install(folder);
    if (code !== 0) {
        process.stderr.write(
            `npm ci failed with exit code ${code}: see above. Is the npm registry reached from here?\n`,
        );
        process.exit(2);
    }
}

module.exports = { isInstalled, needPackages, nodeIsNewEnough };
