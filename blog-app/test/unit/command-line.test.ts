import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

/** A command without any environment of a blog: what does more than help or refuse fails otherwise. */
const run = (file: string, ...rest: string[]) =>
    promisify(execFile)(process.execPath, ["--import", "tsx", path.join(root, file), ...rest], {
        cwd: root,
        env: { PATH: process.env.PATH } as unknown as NodeJS.ProcessEnv,
    }).then(
        ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
        (error: unknown) => error as { code: number; stdout: string; stderr: string },
    );

describe.each([
    ["build.ts", "npm run build"],
    ["src/commands/migrate.ts", "node migrate.mjs"],
    ["src/commands/server.ts", "node server.mjs"],
    ["src/commands/author.ts", "npm run author -- create"],
    ["src/commands/import.ts", "npm run import -- <file"],
    ["src/commands/export.ts", "npm run export -- <out.zip>"],
])("%s", (file, usage) => {
    test("answers with help, refuses what it doesn't know, and does nothing", { timeout: 60_000 }, async () => {
        const hadDist = existsSync(path.join(root, "dist"));
        expect(await run(file, "--help")).toMatchObject({
            ...{ code: 0, stdout: expect.stringMatching(new RegExp(`^usage: ${usage}`)) as string },
        });
        const refused = await run(file, "--no-such-option");
        expect(refused).toMatchObject({ code: 2, stdout: "" });
        expect(refused.stderr).toMatch(new RegExp(`no-such-option[^]*\nusage: ${usage}`));
        expect(existsSync(path.join(root, "dist"))).toBe(hadDist);
    });
});
