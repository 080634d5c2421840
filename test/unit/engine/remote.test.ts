import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:net";
import { fingerprint } from "../../../lab/engine/ssh/connection";
import { type Sshd, freePort, hasSshd, makeKey, startSshd } from "./sshd";
import { TestStack, secure } from "./stack";

const CANARY = "canary-7Hq2-secret";

describe(`engine: remote steps over SSH${hasSshd ? "" : " (skipped: no /usr/sbin/sshd; apt-get install openssh-server)"}`, function () {
    this.timeout(60_000);
    let sshd: Sshd;
    let folder: string;
    const stacks: TestStack[] = [];

    before(async function () {
        if (!hasSshd) {
            this.skip();
        }
        sshd = await startSshd();
        folder = mkdtempSync(join(tmpdir(), "engine-remote-"));
    });

    after(async () => {
        stacks.forEach((stack) => {
            stack.remove();
        });
        if (hasSshd) {
            rmSync(folder, { recursive: true, force: true });
            await sshd.stop();
        }
    });

    function connection(extra: Record<string, unknown> = {}): Record<string, unknown> {
        return {
            host: "127.0.0.1",
            port: sshd.port,
            user: sshd.user,
            hostKey: sshd.hostKey,
            privateKey: secure(sshd.privateKey),
            dialErrorLimit: 0,
            ...extra,
        };
    }

    function stackOf(steps: unknown[], more: Record<string, unknown> = {}): TestStack {
        const stack = new TestStack("steps", { connection: connection(), steps, ...more });
        stacks.push(stack);
        return stack;
    }

    it("previews without doing, makes, and runs nothing again whose inputs are the same", async () => {
        const file = join(folder, "made");
        const steps = [
            {
                name: "make",
                create: `if [ -e ${file} ]; then echo '{"changes":[]}'; else touch ${file}; echo '{"changes":["${file}"]}'; fi`,
            },
            { name: "report", create: "cat", from: "make" },
        ];
        const stack = stackOf(steps);

        const planned = await stack.preview();
        assert.deepEqual(planned.errors, []);
        assert.deepEqual(planned.statuses, {
            "engine-test-test": "planned-create",
            make: "planned-create",
            report: "planned-create",
        });
        assert.deepEqual(planned.shownOutputs.stdout, { make: "[unknown]", report: "[unknown]" });
        assert.equal(existsSync(file), false);
        assert.equal(existsSync(stack.stateDir), false);

        const first = await stack.up();
        assert.deepEqual(first.errors, []);
        assert.equal(first.statuses.make, "created");
        assert.deepEqual(first.outputs.stdout, {
            make: `{"changes":["${file}"]}`,
            report: `{"changes":["${file}"]}`,
        });

        const second = await stack.up();
        assert.equal(second.statuses.make, "unchanged");
        assert.equal(second.counts.created + second.counts.deleted, 0);

        const again = await stack.preview();
        assert.equal(again.statuses.make, "unchanged");
        assert.deepEqual(again.outputs.stdout, first.outputs.stdout);

        // A changed input runs it, and its own word says whether that changed anything.
        stack.configure({ connection: connection(), steps: steps.map((step) => ({ ...step, stdin: "other" })) });
        const updated = await stack.up();
        assert.equal(updated.statuses.make, "unchanged");
        assert.deepEqual(updated.outputs.stdout, { make: '{"changes":[]}', report: '{"changes":[]}' });
    });

    it("says first that it is not Pulumi", async () => {
        const run = await stackOf([]).preview();
        assert.match(run.events[0]?.message ?? "", /lab engine, not Pulumi/);
    });

    it("runs update instead of create when an input changed, and plans its output as unknown", async () => {
        const step = { name: "step", create: "echo created", update: "echo updated", stdin: "a" };
        const stack = stackOf([step]);
        await stack.up();
        stack.configure({ connection: connection(), steps: [{ ...step, stdin: "b" }] });
        const planned = await stack.preview();
        assert.equal(planned.statuses.step, "planned-change");
        assert.equal(planned.resources.find(({ name }) => name === "step")?.detail, "stdin");
        assert.deepEqual(planned.shownOutputs.stdout, { step: "[unknown]" });
        const run = await stack.up();
        assert.equal(run.statuses.step, "changed");
        assert.deepEqual(run.outputs.stdout, { step: "updated" });
    });

    it("runs independent steps at the same time, and dependent ones after", async () => {
        const log = join(folder, "order");
        const slow = (name: string) => ({
            name,
            create: `echo start-${name} >> ${log}; sleep 1; echo end-${name} >> ${log}`,
            inComponent: "group",
        });
        const steps = [slow("a"), slow("b"), { name: "last", create: `echo last >> ${log}`, after: ["group"] }];
        const run = await stackOf(steps).up();
        assert.deepEqual(run.errors, []);
        const lines = readFileSync(log, "utf8").trim().split("\n");
        assert.deepEqual(lines.slice(0, 2).sort(), ["start-a", "start-b"]);
        assert.equal(lines[4], "last");
    });

    it("streams the lines the logging asks for, with the step's name", async () => {
        const create = "echo out; echo err >&2";
        const run = await stackOf([
            { name: "both", create },
            { name: "errors", create, logging: "stderr" },
            { name: "silent", create, logging: "none" },
        ]).up();
        const lines = run.events
            .filter((event) => event.kind === "log" && event.name !== undefined)
            .map((event) => `${event.name ?? ""} ${event.message ?? ""}`);
        assert.deepEqual(lines.sort(), ["both err", "both out", "errors err"]);
    });

    it("names the host, the exit status and stderr, and starts nothing that depends on the failed step", async () => {
        const steps = [
            { name: "fails", create: "echo reason >&2; exit 3" },
            { name: "never", create: `touch ${folder}/never`, from: "fails" },
            { name: "other", create: "sleep 1; echo done" },
        ];
        const stack = stackOf(steps);
        const run = await stack.up();
        assert.equal(run.ok, false);
        assert.equal(run.errors.length, 1);
        assert.match(run.errors[0] ?? "", /::fails: 127\.0\.0\.1: exit status 3: running "echo reason.*":\nreason$/);
        assert.equal(existsSync(join(folder, "never")), false);
        assert.equal(run.statuses.other, "created", "what runs is finished and remembered");

        stack.configure({
            connection: connection(),
            steps: [{ name: "fails", create: "echo well" }, ...steps.slice(1)],
        });
        const next = await stack.up();
        assert.deepEqual(next.errors, []);
        assert.equal(next.statuses.other, "unchanged");
    });

    it("hides known secrets in errors, logs and the journal, and keeps their depth", async () => {
        const steps = [
            {
                name: "leaks",
                create: 'read -r word; echo "said $word" >&2; echo "failed with $word"; test -e /nonexistent',
                stdin: `${CANARY}\n`,
                secretStdin: true,
            },
        ];
        const stack = stackOf(steps, { token: secure(CANARY) });
        const run = await stack.up();
        assert.equal(run.ok, false);
        assert.match(run.said, /said \[secret\]/);
        assert.doesNotMatch(run.said, new RegExp(CANARY));
        assert.doesNotMatch(run.said, /BEGIN OPENSSH PRIVATE KEY/);

        const fine = stackOf([{ name: "prints", create: "cat", stdin: CANARY, secretStdin: true, secretStdout: true }]);
        const made = await fine.up();
        assert.deepEqual(made.shownOutputs.stdout, { prints: "[secret]" });
        assert.deepEqual(made.outputs.stdout, { prints: CANARY });
        assert.deepEqual(made.secretOutputs, ["stdout"]);
        assert.doesNotMatch(fine.journal, new RegExp(CANARY));
        assert.doesNotMatch(fine.journal, /OPENSSH/);
        assert.equal(statSync(fine.stateDir).mode & 0o777, 0o700);
        assert.equal(statSync(join(fine.stateDir, "journal.json")).mode & 0o777, 0o600);
    });

    it("takes a megabyte on stdin", async () => {
        const run = await stackOf([{ name: "count", create: "wc -c", stdinBytes: 1024 * 1024 }]).up();
        assert.deepEqual(run.outputs.stdout, { count: String(1024 * 1024) });
    });

    it("lets a command end without reading its stdin", async () => {
        const run = await stackOf([{ name: "deaf", create: "true", stdinBytes: 1024 * 1024 }]).up();
        assert.deepEqual(run.errors, []);
    });

    it("gives the program only what it needs of the surroundings", async () => {
        process.env.KUBECONFIG = "/nonexistent/kubeconfig";
        process.env.PULUMI_CONFIG_PASSPHRASE = "of the surroundings";
        try {
            const run = await stackOf([]).up({ env: { EXTRA: "1" } });
            const names = run.outputs.environment as string[];
            assert.equal(names.includes("KUBECONFIG"), false);
            assert.equal(names.includes("PULUMI_CONFIG_PASSPHRASE"), false);
            assert.equal(names.includes("PATH") && names.includes("EXTRA"), true);
        } finally {
            delete process.env.KUBECONFIG;
            delete process.env.PULUMI_CONFIG_PASSPHRASE;
        }
    });

    it("refuses environment by name", async () => {
        const run = await stackOf([{ name: "env", create: "true", environment: { A: "b" } }]).up();
        assert.match(run.errors[0] ?? "", /environment is not supported/);
    });

    describe("connections that can't be", () => {
        async function errorOf(extra: Record<string, unknown>): Promise<{ error: string; seconds: number }> {
            const stack = new TestStack("steps", {
                connection: connection(extra),
                steps: [{ name: "step", create: "true" }],
            });
            stacks.push(stack);
            const run = await stack.up();
            assert.equal(run.ok, false);
            return { error: run.errors.join("\n"), seconds: run.seconds };
        }

        it("a host key that is not the pinned one: both fingerprints, and no second try", async () => {
            const other = makeKey(join(folder, "other-host"));
            const { error } = await errorOf({ hostKey: other.publicKey, dialErrorLimit: 10 });
            const print = (key: string) => fingerprint(Buffer.from(key.split(" ")[1] ?? "", "base64"));
            assert.match(error, /host key is not the pinned one/);
            assert.ok(error.includes(`127.0.0.1 shows ssh-ed25519 ${print(sshd.hostKey)}`), error);
            assert.ok(error.includes(`pinned is ssh-ed25519 ${print(other.publicKey)}`), error);
            assert.doesNotMatch(error, /attempts/);
        });

        it("a refused key: its fingerprint, and where it belongs", async () => {
            const other = makeKey(join(folder, "other-login"));
            const { error } = await errorOf({ privateKey: secure(other.privateKey), dialErrorLimit: 10 });
            assert.match(error, /login refused with the key SHA256:[A-Za-z0-9+/]+; put the public key into ~/);
            assert.doesNotMatch(error, /attempts/);
        });

        it("nothing listens: tried as often as allowed", async () => {
            const { error } = await errorOf({ port: await freePort(), dialErrorLimit: 2 });
            assert.match(error, /connection refused: nothing listens there.*\(after 3 attempts\)/);
        });

        it("no answer in time", async () => {
            const silent = createServer().listen(0, "127.0.0.1");
            await new Promise((resolve) => silent.once("listening", resolve));
            const address = silent.address();
            const port = typeof address === "object" && address ? address.port : 0;
            try {
                const { error } = await errorOf({ port, perDialTimeout: 1 });
                assert.match(error, new RegExp(`127.0.0.1:${port}: no answer within 1 s`));
            } finally {
                silent.close();
            }
        });

        it("no pinned key, no connection", async () => {
            const { error } = await errorOf({ hostKey: "" });
            assert.match(error, /connection\.hostKey of 127\.0\.0\.1 is missing/);
        });

        it("an encrypted key without its password", async () => {
            const { error } = await errorOf({ privateKey: secure(sshd.encryptedKey) });
            assert.match(error, /connection\.privateKey for 127\.0\.0\.1 can't be read: .*passphrase/);
        });
    });

    it("logs in with an encrypted key, and through a jump host", async () => {
        const key = { privateKey: secure(sshd.encryptedKey), privateKeyPassword: secure("opensesame") };
        const stack = new TestStack("steps", {
            connection: connection({ ...key, proxy: connection() }),
            steps: [{ name: "step", create: "echo there" }],
        });
        stacks.push(stack);
        const run = await stack.up();
        assert.deepEqual(run.errors, []);
        assert.deepEqual(run.outputs.stdout, { step: "there" });

        const other = makeKey(join(folder, "jump-host"));
        stack.configure({
            connection: connection({ ...key, proxy: connection({ hostKey: other.publicKey }) }),
            steps: [{ name: "step", create: "echo there" }],
        });
        const refused = await stack.up();
        assert.match(refused.errors[0] ?? "", /jump host .*host key is not the pinned one/);
    });

    it("copies a file and a text once, makes their folders, and again when they changed", async () => {
        const source = join(folder, "source");
        writeFileSync(source, "first");
        const copies = [
            { name: "file", file: source, to: join(folder, "copies", "deep", "file") },
            { name: "text", text: "hello", to: join(folder, "copies", "text") },
        ];
        const stack = stackOf([], { copies });
        const first = await stack.up();
        assert.deepEqual(first.errors, []);
        assert.equal(readFileSync(join(folder, "copies", "deep", "file"), "utf8"), "first");
        assert.equal(readFileSync(join(folder, "copies", "text"), "utf8"), "hello");

        rmSync(join(folder, "copies", "text"));
        const second = await stack.up();
        assert.equal(second.statuses.file, "unchanged");
        assert.equal(existsSync(join(folder, "copies", "text")), false, "an unchanged copy is not made again");

        writeFileSync(source, "second");
        const planned = await stack.preview();
        assert.equal(planned.statuses.file, "planned-change");
        const third = await stack.up();
        assert.deepEqual([third.statuses.file, third.statuses.text], ["changed", "unchanged"]);
        assert.equal(readFileSync(join(folder, "copies", "deep", "file"), "utf8"), "second");
    });

    it("runs the delete scripts of steps that left, dependents first, and drops the others", async () => {
        const log = join(folder, "deleted");
        const removable = (name: string, more: object = {}) => ({
            name,
            create: "true",
            delete: `sleep 0.2; echo ${name} >> ${log}`,
            ...more,
        });
        const steps = [
            removable("first"),
            removable("second", { after: ["first"] }),
            removable("kept", { retainOnDelete: true }),
            removable("spared", { deletedWith: "first" }),
            { name: "plain", create: "true" },
        ];
        const stack = stackOf(steps);
        await stack.up();
        stack.configure({ connection: connection(), steps: [] });
        const planned = await stack.preview();
        assert.equal(planned.counts.deleted, 5);
        assert.equal(existsSync(log), false);
        const run = await stack.up();
        assert.deepEqual(run.errors, []);
        assert.equal(run.counts.deleted, 5);
        assert.deepEqual(readFileSync(log, "utf8").trim().split("\n"), ["second", "first"]);
        assert.equal((await stack.up()).counts.deleted, 0);
    });

    it("deletes nothing when one of them is protected, in up and in destroy", async () => {
        const log = join(folder, "protected");
        const steps = [
            { name: "guarded", create: "true", delete: `echo guarded >> ${log}`, protect: true },
            { name: "free", create: "true", delete: `echo free >> ${log}` },
        ];
        const stack = stackOf(steps);
        await stack.up();
        const refused = await stack.destroy();
        assert.match(refused.errors[0] ?? "", /protected resources would be deleted, so nothing was: .*::guarded/);
        stack.configure({ connection: connection(), steps: [] });
        assert.equal((await stack.up()).ok, false);
        assert.equal(existsSync(log), false);

        stack.configure({ connection: connection(), steps: steps.map((step) => ({ ...step, protect: false })) });
        await stack.up();
        const destroyed = await stack.destroy();
        assert.deepEqual(destroyed.errors, []);
        assert.equal(readFileSync(log, "utf8").includes("guarded"), true);
        assert.equal((await stack.destroy()).counts.deleted, 0);
    });

    it("destroys around what is protected when asked to, and keeps what that needs", async () => {
        const log = join(folder, "around");
        const steps = [
            { name: "needed", create: "true", delete: `echo needed >> ${log}` },
            { name: "guarded", create: "true", delete: `echo guarded >> ${log}`, protect: true, after: ["needed"] },
            { name: "above", create: "true", delete: `echo above >> ${log}`, after: ["guarded"] },
        ];
        const stack = stackOf(steps);
        await stack.up();
        const destroyed = await stack.destroy({ excludeProtected: true });
        assert.deepEqual(destroyed.errors, []);
        assert.equal(readFileSync(log, "utf8"), "above\n");
        const again = await stack.up();
        assert.deepEqual(
            [again.statuses.needed, again.statuses.guarded, again.statuses.above],
            ["unchanged", "unchanged", "created"],
        );
    });

    it("dials no host whose every change is ignored, neither to change nor to delete", async () => {
        const step = { name: "lost", create: "echo there", delete: "echo gone" };
        const stack = stackOf([step]);
        await stack.up();
        const gone = connection({ port: await freePort() });
        const frozen = {
            ...step,
            create: "echo changed",
            ignoreChanges: ["*"],
            retainOnDelete: true,
            connection: gone,
        };
        stack.configure({ connection: connection(), steps: [frozen] });
        const kept = await stack.up();
        assert.deepEqual(kept.errors, []);
        assert.deepEqual([kept.statuses.lost, kept.outputs.stdout], ["unchanged", { lost: "there" }]);
        await sshd.stop();
        try {
            assert.deepEqual((await stack.up()).errors, []);
            stack.configure({ connection: connection(), steps: [] });
            const forgotten = await stack.up();
            assert.deepEqual([forgotten.errors, forgotten.counts.deleted], [[], 1]);
        } finally {
            sshd = await startSshd();
        }
    });

    it("keeps a renamed resource by its alias, and inputs that are ignored", async () => {
        const stack = stackOf([{ name: "old", create: "echo a", delete: `touch ${folder}/renamed`, stdin: "one" }]);
        await stack.up();
        const renamed = {
            name: "new",
            create: "echo a",
            delete: `touch ${folder}/renamed`,
            stdin: "two",
            aliases: ["old"],
            ignoreChanges: ["stdin"],
        };
        stack.configure({ connection: connection(), steps: [renamed] });
        const run = await stack.up();
        assert.deepEqual(run.errors, []);
        assert.equal(run.statuses.new, "unchanged");
        assert.equal(run.counts.deleted, 0);
        assert.equal(existsSync(join(folder, "renamed")), false);
    });

    it("replaces by new triggers: create anew, then the old one's delete", async () => {
        const log = join(folder, "triggered");
        const step = { name: "step", create: `echo create >> ${log}`, update: `echo update >> ${log}` };
        const stack = stackOf([{ ...step, delete: `echo delete >> ${log}`, triggers: ["1"] }]);
        await stack.up();
        stack.configure({
            connection: connection(),
            steps: [{ ...step, delete: `echo delete >> ${log}`, triggers: ["2"] }],
        });
        await stack.up();
        assert.deepEqual(readFileSync(log, "utf8").trim().split("\n"), ["create", "create", "delete"]);
    });

    it("ends when asked to, keeps what is done, and goes on from there", async () => {
        const marker = join(folder, "interrupted");
        const steps = [
            { name: "quick", create: "echo quick" },
            { name: "slow", create: `test -e ${marker} || { touch ${marker}; sleep 60; }`, after: ["quick"] },
        ];
        const stack = stackOf(steps);
        const controller = new AbortController();
        const timer = setInterval(() => {
            if (existsSync(marker)) {
                controller.abort();
            }
        }, 50);
        const started = Date.now();
        const run = await stack.up({ signal: controller.signal });
        clearInterval(timer);
        assert.equal(run.ok, false);
        assert.ok(Date.now() - started < 40_000);
        assert.match(run.said, /interrupted/);
        const next = await stack.up();
        assert.deepEqual(next.errors, []);
        assert.deepEqual([next.statuses.quick, next.statuses.slow], ["unchanged", "created"]);
    });
});
