import { spawn } from "node:child_process";
import * as path from "node:path";
import { parseArgs } from "node:util";

import { migrate, readMigrations } from "../src/data/migrate";
import { readEnv } from "../src/server/env";
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
        console.log(`\n  the blog     ${env.SITE_URL}\n`);
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

main().then(
    (code) => {
        process.exitCode = code;
    },
    (error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exitCode = 1;
    },
);
