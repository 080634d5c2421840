import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { beforeAll, expect, it } from "vitest";

import { createAuth } from "../../src/auth/auth";
import { openDatabase } from "../../src/data/database";
import type { Env } from "../../src/server/env";
import { freshEnvironment, root } from "../support/app";

let env: Env;
let variables: Record<string, string>;
beforeAll(async () => {
    ({ env, variables } = await freshEnvironment());
});

/** Runs the command; what it says, and its exit code. */
function author(
    options: readonly string[],
    input?: string,
    environment = variables,
): Promise<{ code: number | null; said: string }> {
    const child = spawn(process.execPath, ["--import", "tsx", path.join(root, "src/commands/author.ts"), ...options], {
        cwd: root,
        env: { PATH: process.env.PATH, ...environment } as unknown as NodeJS.ProcessEnv,
        stdio: ["pipe", "pipe", "pipe"],
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? "");
    return new Promise((resolve) => child.once("close", (code) => resolve({ code, said })));
}

it("makes the author and resets the password, read from standard input or a file", async () => {
    const create = ["create", "--email", "author@example.org", "--name", "Author"];
    const made = await author(create, "correct horse battery\n");
    expect(made).toEqual({
        code: 0,
        said: "made the author Author <author@example.org>; sign in at http://localhost:3000/admin\n",
    });
    const again = await author(create, "correct horse battery\n");
    expect(again).toEqual({ code: 1, said: "There is an author author@example.org already.\n" });
    const file = path.join(mkdtempSync(path.join(tmpdir(), "blog-app-author-")), "password");
    writeFileSync(file, "another long phrase\n");
    expect((await author(["reset-password", "--email", "author@example.org", "--password-file", file])).code).toBe(0);
    const database = openDatabase(env);
    const auth = createAuth({ database, redis: undefined, env });
    const signIn = (password: string) =>
        auth.signIn({ email: "author@example.org", password, ip: "192.0.2.1", userAgent: "", cookie: undefined });
    await expect(signIn("correct horse battery")).rejects.toMatchObject({ status: 401 });
    await signIn("another long phrase");
    await database.close();
});

it("says what is wrong, and how it goes", async () => {
    const wrong = async (options: readonly string[], input?: string) => {
        const { code, said } = await author(options, input);
        expect(code).not.toBe(0);
        return said;
    };
    expect(await wrong(["create", "--email", "a@example.org", "--name", "A"], "short")).toBe(
        "The password has 5 characters; wanted: at least 10.\n",
    );
    expect(await wrong(["create", "--email", "a@example.org", "--name", "A"], "")).toMatch(/^no password in standard/);
    expect(await wrong(["create", "--email", "nonsense", "--name", "A"], "long enough it is")).toMatch(
        /"nonsense" is no e-mail address/,
    );
    expect(await wrong(["create", "--name", "A"])).toMatch(/^--email is missing/);
    expect(await wrong(["reset-password", "--email", "nobody@example.org"], "long enough it is")).toMatch(
        /There is no author nobody@example.org/,
    );
    expect(await wrong(["remove"])).toMatch(/found: remove; wanted: create or reset-password/);
    // A password is no argument: others on the machine see those.
    expect(await wrong(["create", "--password", "secret"])).toMatch(/--password/);
    const { code, said } = await author(["--help"]);
    expect(code).toBe(0);
    expect(said).toMatch(/^usage: npm run author -- create .*\n +npm run author -- reset-password /);
});

it("looks for the blog that `npm run dev` runs where the environment names none", async () => {
    const { said } = await author(["reset-password", "--email", "nobody@example.invalid"], "long enough it is", {});
    expect(said).toMatch(/wanted: `npm run dev` in another terminal|There is no author nobody@example.invalid/);
});
