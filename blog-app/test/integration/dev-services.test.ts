import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { createConnection } from "mysql2/promise";
import { afterAll, expect, it } from "vitest";

import { removeServices, startServices, type ServicesEnv } from "../../dev/services";
import { root } from "../support/app";

const folder = mkdtempSync(path.join(tmpdir(), "blog-app-dev-"));
afterAll(() => removeServices(folder));

const start = `import { startServices } from ${JSON.stringify(path.join(root, "dev/services.ts"))};
await startServices(${JSON.stringify(folder)}, () => undefined, "the first");
console.log("started");`;

async function query(env: ServicesEnv, sql: string): Promise<unknown> {
    const connection = await createConnection({
        host: env.DATABASE_HOST,
        port: Number(env.DATABASE_PORT),
        user: env.DATABASE_USER,
        password: env.DATABASE_PASSWORD,
        database: env.DATABASE_NAME,
    });
    const [rows] = await connection.query(sql);
    await connection.end();
    return rows;
}

it("gives a folder's services to one process at a time, and starts again on its data after that one was killed", async () => {
    const first = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", start], {
        cwd: root,
        stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => first.stdout.once("data", resolve));
    await expect(startServices(folder)).rejects.toThrow(
        `already running: the first (process ${String(first.pid)}); wanted: end it first, by Ctrl-C where it runs`,
    );
    const ended = new Promise((resolve) => first.once("exit", resolve));
    first.kill("SIGKILL");
    await ended;
    // Its MariaDB, Redis and S3 server are left, on the same ports and data.
    const services = await startServices(folder);
    await query(services.env, "CREATE TABLE kept (a INT)");
    await services.close();
    const again = await startServices(folder);
    expect(await query(again.env, "SELECT * FROM kept")).toEqual([]);
    await again.close();
});
