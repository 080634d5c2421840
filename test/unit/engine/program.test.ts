import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readOutputs, renderTree } from "../../../lab/engine";
import { PASSPHRASE, TestStack, secure } from "./stack";

const CANARY = "canary-2Wx8-secret";
const REPOSITORY = join(__dirname, "..", "..", "..");

describe("engine: programs", function () {
    this.timeout(60_000);
    const stacks: TestStack[] = [];

    after(() => {
        stacks.forEach((stack) => {
            stack.remove();
        });
    });

    function stackOf(program: string, config: Record<string, unknown>): TestStack {
        const stack = new TestStack(program, config);
        stacks.push(stack);
        return stack;
    }

    it("keeps generated values, parents, and the depth of secrets", async () => {
        const stack = stackOf("basic", { token: secure(CANARY) });
        const first = await stack.up();
        assert.deepEqual(first.errors, []);
        assert.deepEqual(first.shownOutputs, {
            nested: { plain: "hello", inner: { secret: "[secret]" } },
            password: "[secret]",
        });
        assert.deepEqual(first.outputs.nested, { plain: "hello", inner: { secret: CANARY } });
        assert.equal(stack.journal.includes(CANARY), false);
        assert.equal(stack.journal.includes(String(first.outputs.password)), false);

        const second = await stack.up();
        assert.equal(second.outputs.password, first.outputs.password);
        assert.deepEqual(second.counts, { created: 0, changed: 0, unchanged: 4, deleted: 0 });
        assert.deepEqual((await readOutputs(stack.options())).outputs, second.outputs);

        const lines = renderTree(second.resources)
            .split("\n")
            .map((line) => line.trimEnd());
        assert.equal(lines[0], "  pulumi:pulumi:Stack engine-test-test  unchanged");
        assert.equal(lines[1], "      test:index:Pair pair  unchanged");
        assert.match(lines[2] ?? "", /^ {10}random:index/);
    });

    it("runs hooks and transforms where the real engine does, and children inherit protection", async () => {
        const folder = mkdtempSync(join(tmpdir(), "engine-hooks-"));
        const log = join(folder, "log");
        try {
            const stack = stackOf("options", { log, extra: true });
            assert.deepEqual((await stack.preview()).errors, []);
            assert.equal(existsSync(log), false, "hooks run in a preview only when they say so");
            const first = await stack.up();
            assert.deepEqual(first.errors, []);
            assert.equal(readFileSync(log, "utf8"), "before text 0\nafter text 8\n");
            assert.match(stack.journal, /"result":"\d{8}"/, "both transforms were seen");
            await stack.up();
            stack.configure({ log, length: 9, protect: true });
            const second = await stack.up();
            assert.match(second.errors[0] ?? "", /a new value would replace a protected one/);
            stack.configure({ log, length: 9 });
            const third = await stack.up();
            assert.deepEqual(third.errors, []);
            assert.deepEqual(readFileSync(log, "utf8").trim().split("\n").slice(2), [
                "before text 0",
                "before text 0",
                "after text 9",
                "deleted extra",
                "deleted extra",
            ]);
            stack.configure({ log, length: 10, fail: "before" });
            assert.match((await stack.up()).errors[0] ?? "", /::text: hook 'before' failed: the hook says no/);
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
    });

    it("refuses another passphrase, and another stack's journal", async () => {
        const stack = stackOf("basic", { token: secure(CANARY) });
        await stack.up();
        await assert.rejects(stack.up({ passphrase: "wrong" }), /incorrect passphrase/);
        await assert.rejects(stack.up({ stackName: "other" }), /belongs to the stack engine-test\/test/);
    });

    const FAULTS: [fault: string, message: RegExp][] = [
        ["throws", /thrown by the program/],
        ["rejects", /thrown by the program/],
        ["never settles", /a promise it waits for never settles/],
        ["duplicate", /Duplicate resource URN '.*::twice'/],
        ["yaml v2", /can't do a kubernetes:yaml\/v2:ConfigGroup: .*use yaml\.ConfigGroup/],
        ["unknown kind", /has no executor for a aws:s3\/bucket:Bucket/],
        ["exits", /the program ended with 3 and no message/],
    ];
    for (const [fault, message] of FAULTS) {
        it(`reports a program that goes wrong: ${fault}`, async () => {
            const run = await stackOf("faulty", { fault }).up();
            assert.equal(run.ok, false);
            assert.match(run.errors.join("\n"), message);
            assert.ok(run.seconds < 30, `took ${run.seconds} s`);
        });
    }

    it("lets no two runs meet, and takes over a dead one's lock", async () => {
        const stack = stackOf("basic", { token: secure(CANARY) });
        const running = stack.up();
        await assert.rejects(async () => {
            // The first run may need a moment to take the lock.
            for (let attempt = 0; attempt < 50; attempt++) {
                await new Promise((resolve) => setTimeout(resolve, 20));
                await stack.up();
            }
        }, /another run holds .*lock \(process \d+/);
        assert.equal((await running).ok, true);
        writeFileSync(join(stack.stateDir, "lock"), JSON.stringify({ pid: 2 ** 22 - 1, started: "1", since: "then" }));
        assert.equal((await stack.up()).ok, true);
    });

    it("goes on after it was killed", async () => {
        const stack = stackOf("basic", { token: secure(CANARY) });
        const options = stack.options();
        const child = spawn(
            process.execPath,
            [
                ...["-r", "ts-node/register/transpile-only", join(REPOSITORY, "lab/engine/cli.ts"), "up"],
                ...["--project-dir", options.projectDir, "--stack", "test", "--stack-file", options.stackFile],
                ...["--state-dir", options.stateDir],
            ],
            { cwd: REPOSITORY, env: { ...process.env, PULUMI_CONFIG_PASSPHRASE: PASSPHRASE }, stdio: "ignore" },
        );
        const exited = once(child, "exit");
        for (;;) {
            await new Promise((resolve) => setTimeout(resolve, 10));
            try {
                if (stack.journal.includes("pair-first")) {
                    break;
                }
            } catch {
                // There is no journal yet.
            }
            if (child.exitCode !== null) {
                break;
            }
        }
        child.kill("SIGKILL");
        await exited;
        const sealed = /pair-first.*/.exec(stack.journal)?.[0] ?? "";
        const run = await stack.up();
        assert.deepEqual(run.errors, []);
        assert.equal(run.statuses["pair-first"], "unchanged");
        assert.notEqual(sealed, "");
    });

    it("has a program whose errors hang neither with the engine nor without", async () => {
        const inspect = [
            `require(${JSON.stringify(join(REPOSITORY, "stacks/uncaught.ts"))});`,
            "const error = new Error('thrown');",
            "error.stack = 'Error: thrown\\n' + '    at Object.register (/srv/app/node_modules/@pulumi/resource.ts:10:5)\\n'.repeat(20);",
            "console.log(require('util').inspect(error, { colors: true }));",
        ].join("\n");
        const started = Date.now();
        const child = spawn(process.execPath, ["-r", "ts-node/register/transpile-only", "-e", inspect], {
            cwd: REPOSITORY,
        });
        const printed: Buffer[] = [];
        child.stdout.on("data", (chunk: Buffer) => printed.push(chunk));
        const [code] = (await once(child, "close")) as [number];
        assert.equal(code, 0);
        assert.match(Buffer.concat(printed).toString(), /@pulumi\/resource\.ts/);
        assert.ok(Date.now() - started < 10_000);
    });
});
