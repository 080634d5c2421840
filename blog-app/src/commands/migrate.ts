import * as path from "node:path";
import { parseArgs } from "node:util";

import { migrate, readMigrations } from "../data/migrate";
import { readEnv } from "../server/env";
import { fail } from "../command-line/fail";

const usage = `usage: node migrate.mjs

Brings the database of the environment's settings (DATABASE_HOST, ...) up to this version of the blog. Safe to run on
several replicas at once. \`node server.mjs --help\` lists all settings.`;

const folders = [path.join(import.meta.dirname, "migrations"), path.resolve(import.meta.dirname, "../../migrations")];

async function main(): Promise<void> {
    const { values } = parseArgs({ options: { help: { type: "boolean", short: "h", default: false } } });
    if (values.help) {
        console.log(usage);
        return;
    }
    const found = folders.find((one) => {
        try {
            return readMigrations(one).length > 0;
        } catch {
            return false;
        }
    });
    if (found === undefined) throw new Error(`no migrations in ${folders.join(" or ")}`);
    const ran = await migrate(readEnv(process.env), readMigrations(found), console.log);
    console.log(ran.length === 0 ? "the database is up to date" : `ran ${ran.join(", ")}`);
}

main().catch((error: unknown) => fail(error, usage));
