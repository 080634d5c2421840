import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";

import { createAuth } from "../src/auth/auth";
import { seedWelcome } from "../src/content/welcome/seed";
import { openDatabase } from "../src/data/database";
import { migrate, readMigrations } from "../src/data/migrate";
import { author, post } from "../src/data/schema";
import { readEnv, type Env } from "../src/server/env";
import { workOn } from "../src/transfer/open";
import { makeReaderScript } from "./reader-script";
import { removeServices, startServices } from "./services";

const root = path.resolve(import.meta.dirname, "..");
const usage = `usage: npm run dev [-- --port <port>] [-- --fresh]

Starts a real MariaDB, Redis and S3 server for this checkout, brings the database up to date, and runs the blog.
What is missing is installed: Debian's packages by apt-get, versitygw (S3) by Go.

  --port <port>  the blog's port (3000)
  --fresh        forget all posts and pictures of this checkout's blog, and begin anew
  -- Ctrl-C stops everything; posts and pictures stay in .dev/ until the next start.`;

async function main(): Promise<number> {
    const { values } = parseArgs({
        options: {
            port: { type: "string", default: "3000" },
            fresh: { type: "boolean", default: false },
            help: { type: "boolean", short: "h", default: false },
        },
    });
    if (values.help) {
        console.log(usage);
        return 0;
    }
    const folder = path.join(root, ".dev");
    if (values.fresh) removeServices(folder);
    const say = (line: string) => {
        console.log(`· ${line}`);
    };
    const services = await startServices(folder, say);
    let stopScript: (() => Promise<void>) | undefined;
    try {
        const environment = {
            ...services.env,
            SITE_URL: `http://localhost:${values.port}`,
            SITE_NAME: "onprem-blog",
            SITE_DESCRIPTION: "",
            HOST: "127.0.0.1",
            PORT: values.port,
            INTERNAL_PORT: "0",
            LOG_LEVEL: "warn",
        };
        const env = readEnv(environment);
        await migrate(env, readMigrations(path.join(root, "migrations")), say);
        stopScript = await makeReaderScript(root, { watch: true });
        const login = await welcome(env, folder, say);
        console.log(`\n  the blog     ${env.SITE_URL}`);
        console.log(`  to write     ${env.SITE_URL}/admin`);
        console.log(login === undefined ? "" : `  sign in as   ${login.email} with ${login.password}\n`);
        const server = spawn(
            process.execPath,
            ["--import", "tsx", path.join(root, "src/commands/server.ts"), "--dev"],
            {
                stdio: "inherit",
                env: { ...process.env, ...environment, NEXT_TELEMETRY_DISABLED: "1" },
            },
        );
        // The terminal sends Ctrl-C to the server as well; it ends by itself.
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => server.kill(signal));
        return await new Promise<number>((resolve) => server.once("exit", (code) => resolve(code ?? 0)));
    } finally {
        await stopScript?.();
        await services.close();
    }
}

interface Login {
    readonly email: string;
    readonly password: string;
}

/**
 * An author and a few posts to begin with, where there are none yet. Returns the author's login, which stays in a file of
 * the folder; undefined where the author is another.
 */
async function welcome(env: Env, folder: string, say: (line: string) => void): Promise<Login | undefined> {
    const file = path.join(folder, "login.json");
    const database = openDatabase(env);
    try {
        const count = async (table: typeof author | typeof post) =>
            (await database.query.select({ id: table.id }).from(table).limit(1)).length;
        if ((await count(author)) === 0) {
            const login: Login = { email: "author@example.org", password: randomBytes(9).toString("base64url") };
            const auth = createAuth({ database, redis: undefined, env });
            await auth.createAuthor({ ...login, name: "Author" });
            writeFileSync(file, JSON.stringify(login, null, 2), { mode: 0o600 });
        }
        if ((await count(post)) === 0) {
            say("writing a few posts to begin with");
            await workOn(env, seedWelcome);
        }
    } finally {
        await database.close();
    }
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Login) : undefined;
}

main().then(
    (code) => {
        process.exitCode = code;
    },
    (error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exitCode = 1;
    },
);
