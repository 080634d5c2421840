import * as path from "node:path";

import { migrate, readMigrations } from "../data/migrate";
import { readEnv } from "../server/env";

/** `node migrate.mjs`: brings the database up to this version of the blog. Safe to run on several replicas at once. */
const folder = [path.join(import.meta.dirname, "migrations"), path.resolve(import.meta.dirname, "../../migrations")];
const found = folder.find((one) => {
    try {
        return readMigrations(one).length > 0;
    } catch {
        return false;
    }
});

try {
    if (found === undefined) throw new Error(`no migrations in ${folder.join(" or ")}`);
    const ran = await migrate(readEnv(process.env), readMigrations(found), console.log);
    console.log(ran.length === 0 ? "the database is up to date" : `ran ${ran.join(", ")}`);
} catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
}
