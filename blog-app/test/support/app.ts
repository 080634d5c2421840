import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import { inject } from "vitest";

import { freePort } from "../../dev/services";
import { migrate, readMigrations } from "../../src/data/migrate";
import { readEnv, type Env } from "../../src/server/env";

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

/** A running server of the production build. */
export interface App {
    /** http://localhost:<port>, without a slash at its end. */
    readonly url: string;
    readonly internalUrl: string;
    readonly process: ChildProcess;
    /** What it logged so far. */
    readonly logs: () => string;
    /** SIGTERM, and the exit code. */
    stop(signal?: NodeJS.Signals): Promise<number | null>;
}

const READY_SECONDS = 20;

/** Starts dist/server.mjs with these variables, on free ports, and waits until it is ready. */
export async function startApp(variables: Readonly<Record<string, string>>): Promise<App> {
    const [port, internalPort] = [await freePort(), await freePort()];
    const url = `http://localhost:${String(port)}`;
    const child = spawn(process.execPath, [path.join(root, "dist/server.mjs")], {
        // As in its image: nothing of this shell's environment.
        env: {
            PATH: process.env.PATH,
            SITE_URL: url,
            HOST: "127.0.0.1",
            ...withoutSiteUrl(variables),
            PORT: String(port),
            INTERNAL_PORT: String(internalPort),
        } as unknown as NodeJS.ProcessEnv,
        stdio: ["ignore", "pipe", "pipe"],
    });
    let logs = "";
    child.stdout.on("data", (chunk: Buffer) => (logs += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (logs += chunk.toString()));
    const exit = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
    const deadline = Date.now() + READY_SECONDS * 1000;
    while (!logs.includes('"msg":"ready"')) {
        if (child.exitCode !== null || Date.now() > deadline) {
            child.kill("SIGKILL");
            throw new Error(`the server isn't ready (exit code ${String(child.exitCode)}):\n${logs}`);
        }
        await sleep(20);
    }
    return {
        url,
        internalUrl: `http://localhost:${String(internalPort)}`,
        process: child,
        logs: () => logs,
        stop: async (signal = "SIGTERM") => {
            child.kill(signal);
            return exit;
        },
    };
}

/** The tests' site is where the server listens, unless a test says another. */
function withoutSiteUrl(variables: Readonly<Record<string, string>>): Record<string, string> {
    const { SITE_URL, ...rest } = variables;
    return SITE_URL === undefined || SITE_URL === "http://localhost:3000" ? rest : { ...rest, SITE_URL };
}
