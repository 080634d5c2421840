import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { eq } from "drizzle-orm";

import { createAuth } from "../src/auth/auth";
import { verifyPassword } from "../src/auth/password";
import { seedWelcome } from "../src/content/welcome/seed";
import { openDatabase } from "../src/data/database";
import { migrate, readMigrations } from "../src/data/migrate";
import { author, post } from "../src/data/schema";
import { readEnv, type Env } from "../src/server/env";
import { withTransfer } from "../src/transfer/open";
import { takeFolder } from "./owner";
import { makeReaderScript } from "./reader-script";
import { isFree, removeServices, startServices } from "./services";

const root = path.resolve(import.meta.dirname, "..");
const usage = `usage: npm run dev [-- --port <port>] [-- --fresh]

Starts a real MariaDB, Redis and S3 server for this checkout, brings the database up to date, and runs the blog.
What is missing is installed: Debian's packages by apt-get, versitygw (S3) by Go.

  --port <port>  the blog's port (3000)
  --data <dir>   where posts and pictures are kept (.dev/ of this checkout)
  --fresh        forget all posts and pictures of this checkout's blog, and begin anew

Ctrl-C stops everything; posts and pictures stay until the next start.`;

async function main(): Promise<number> {
    const { values } = parseArgs({
        options: {
            port: { type: "string", default: "3000" },
            data: { type: "string", default: path.join(root, ".dev") },
            fresh: { type: "boolean", default: false },
            help: { type: "boolean", short: "h", default: false },
        },
    });
    if (values.help) {
        console.log(usage);
        return 0;
    }
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
        throw new Error(`--port ${values.port}: wanted: a number from 1 to 65535`);
    }
    const folder = path.resolve(values.data);
    const address = `http://localhost:${values.port}`;
    const what = `the blog of this folder, at ${address}`;
    await takeFolder(folder, what);
    if (!(await isFree(port))) {
        throw new Error(
            `port ${values.port} is in use, by another blog perhaps; wanted: end it, or choose another: npm run dev -- --port ${String(port + 1)}`,
        );
    }
    if (values.fresh) removeServices(folder);
    // Before anything is started: whatever ends this process, its services end with it.
    let server: ChildProcess | undefined;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
        // The terminal sends Ctrl-C to the server as well; it ends by itself.
        process.on(signal, () => (server === undefined ? process.exit(130) : server.kill(signal)));
    }
    const say = (line: string) => {
        console.log(`· ${line}`);
    };
    const services = await startServices(folder, say, what);
    let stopScript: (() => Promise<void>) | undefined;
    try {
        const environment = {
            ...services.env,
            SITE_URL: address,
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
        server = spawn(process.execPath, ["--import", "tsx", path.join(root, "src/commands/server.ts"), "--dev"], {
            stdio: "inherit",
            // tsx is looked for from here, wherever this was started.
            cwd: root,
            env: { ...process.env, ...environment, NEXT_TELEMETRY_DISABLED: "1" },
        });
        const running = server;
        const ended = new Promise<number>((resolve) => running.once("exit", (code) => resolve(code ?? 0)));
        say("starting Next.js");
        if (await answers(`${env.SITE_URL}/readyz`, ended)) {
            console.log(`\n  the blog     ${env.SITE_URL}`);
            console.log(`  to write     ${env.SITE_URL}/admin`);
            if (login !== undefined) {
                console.log(`  e-mail       ${login.email}`);
                console.log(
                    `  password     ${login.password ?? "(yours; npm run author -- reset-password sets another)"}`,
                );
            }
            console.log("\n  Ctrl-C ends it. A page takes a moment when it is first asked for.\n");
        }
        return await ended;
    } finally {
        await stopScript?.();
        await services.close();
    }
}

/** True once the address answers; false where the server ended before. */
async function answers(url: string, ended: Promise<unknown>): Promise<boolean> {
    const over = new AbortController();
    void ended.then(() => over.abort());
    while (!over.signal.aborted) {
        const ok = await fetch(url).then(
            (response) => response.ok,
            () => false,
        );
        if (ok) return true;
        await sleep(100);
    }
    return false;
}

interface Login {
    readonly email: string;
    /** Undefined: the author has set another. */
    readonly password: string | undefined;
}

/**
 * An author and a few posts to begin with, where there are none yet. Returns the author's login, which stays in a file of
 * the folder; undefined where that author is gone.
 */
async function welcome(env: Env, folder: string, say: (line: string) => void): Promise<Login | undefined> {
    const file = path.join(folder, "login.json");
    const database = openDatabase(env);
    try {
        const count = async (table: typeof author | typeof post) =>
            (await database.query.select({ id: table.id }).from(table).limit(1)).length;
        if ((await count(author)) === 0) {
            const login = { email: "author@example.org", password: randomBytes(9).toString("base64url") };
            const auth = createAuth({ database, redis: undefined, env });
            await auth.createAuthor({ ...login, name: "Author" });
            writeFileSync(file, JSON.stringify(login, null, 2), { mode: 0o600 });
        }
        if ((await count(post)) === 0) {
            say("writing a few posts to begin with");
            await withTransfer(env, seedWelcome);
        }
        if (!existsSync(file)) return undefined;
        const login = JSON.parse(readFileSync(file, "utf8")) as { email: string; password: string };
        const [known] = await database.query.select().from(author).where(eq(author.email, login.email));
        if (known === undefined) return undefined;
        const same = await verifyPassword(known.passwordHash, login.password);
        return { email: login.email, password: same ? login.password : undefined };
    } finally {
        await database.close();
    }
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
