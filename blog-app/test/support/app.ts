import { randomBytes } from "node:crypto";
import * as path from "node:path";
import { createConnection } from "mysql2/promise";
import { inject } from "vitest";

import { migrate, readMigrations } from "../../src/data/migrate";
import { readEnv, type Env } from "../../src/server/env";
import { startServer, type RunningServer } from "./server";

export const root = path.resolve(import.meta.dirname, "../..");

/** A new database on the tests' MariaDB, migrated; with it the whole environment of a blog. */
export async function freshEnvironment(
    overrides: Readonly<Record<string, string>> = {},
): Promise<{ variables: Record<string, string>; env: Env }> {
    const services = inject("services");
    // The user may make databases of this prefix.
    const name = `blog_test_${randomBytes(6).toString("hex")}`;
    const connection = await createConnection({
        host: services.DATABASE_HOST,
        port: Number(services.DATABASE_PORT),
        user: services.DATABASE_USER,
        password: services.DATABASE_PASSWORD,
    });
    await connection.query(`CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
    await connection.end();
    const variables = {
        ...services,
        DATABASE_NAME: name,
        // Redis has 16 databases: a test file's pages are kept apart by its site's version and build, not by these.
        SITE_URL: "http://localhost:3000",
        SITE_NAME: "Test blog",
        ...overrides,
    };
    const env = readEnv(variables);
    await migrate(env, readMigrations(path.join(root, "migrations")));
    return { variables, env };
}

export type App = RunningServer;

/** The built server with these variables, on free ports. */
export function startApp(variables: Readonly<Record<string, string>>): Promise<App> {
    return startServer(root, variables);
}
