import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";

import { freePort, removeServices } from "../../dev/services";
import { root } from "../support/app";

const folder = mkdtempSync(path.join(tmpdir(), "blog-app-dev-"));
afterAll(() => removeServices(folder));

it("runs from any working folder, prints the address and a login, shows the welcome posts, and ends with all it started", async () => {
    const port = String(await freePort());
    const command = [path.join(root, "dev/bootstrap.cjs"), "dev/main.ts", "--port", port, "--data", folder];
    const child = spawn(process.execPath, command, { cwd: tmpdir(), stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    try {
        while (!said.includes("Ctrl-C ends it")) {
            expect(child.exitCode, said).toBeNull();
            await sleep(100);
        }
        expect(said).toMatch(
            /the blog +http:\/\/localhost:\d+\n +to write +http.*\/admin\n +e-mail +author@example\.org\n +password +\S{12}\n/,
        );
        const home = await fetch(`http://localhost:${port}/`);
        expect(home.status).toBe(200);
        expect((await home.text()).match(/href="\/post\//g)?.length).toBeGreaterThan(2);
    } finally {
        child.kill("SIGTERM");
    }
    await ended;
    await expect(fetch(`http://localhost:${port}/`)).rejects.toThrow();
});
