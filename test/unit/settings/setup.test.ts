import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utils } from "ssh2";
import { stringify } from "yaml";
import type { Context } from "../../../stacks/settings/context";
import { parseStackFile } from "../../../stacks/settings/parse-stack-file";
import type { Console, Question } from "../../../stacks/settings/setup/console";
import { SetupError } from "../../../stacks/settings/setup/host-keys";
import { person, unattended } from "../../../stacks/settings/setup/operators";
import { checkPassphrase, generatePassphrase } from "../../../stacks/settings/setup/passphrase";
import { setup } from "../../../stacks/settings/setup/setup";
import { decryptConfig, readStackFile } from "../../../stacks/settings/stack-file";
import { workstation } from "../../../stacks/settings/workstation";
import { sshServer, type TestServer } from "./ssh-server";

const ROOT = join(__dirname, "../../..");
const address = "127.0.0.1";
const user = "operator";
const phrase = "a phrase of one's own";

describe("setup", function () {
    this.timeout(60_000);
    const key = utils.generateKeyPairSync("ed25519");
    const locked = utils.generateKeyPairSync("ed25519", { passphrase: "unlock", cipher: "aes256-ctr", rounds: 4 });
    let folder: string;
    let path: string;
    let context: Context;
    let alpha: TestServer;
    let beta: TestServer;

    before(async () => {
        alpha = await sshServer({ user, authorized: key.public, sudo: { password: "let me" } });
        beta = await sshServer({ user, authorized: key.public, sudo: "free" });
    });

    after(() => Promise.all([alpha.close(), beta.close()]));

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "setup-"));
        path = join(folder, "Pulumi.home.yaml");
        writeFileSync(join(folder, "key"), key.private, { mode: 0o600 });
        writeFileSync(join(folder, "locked"), locked.private, { mode: 0o600 });
        context = { ...workstation(folder, false), agentSocket: undefined };
    });

    afterEach(() => {
        rmSync(folder, { recursive: true });
    });

    const settings = () => ({
        domain: "example.org",
        laptops: [
            { name: "alpha", role: "server", address, port: alpha.port, nodeIp: "192.0.2.11" },
            { name: "beta", role: "agent", address, port: beta.port, nodeIp: "192.0.2.12" },
        ],
        ssh: { user, privateKeyFile: join(folder, "key"), sudoPassword: "let me" },
    });
    const answers = (changes = {}) => ({
        settings: settings(),
        fingerprints: { alpha: alpha.hostKey.fingerprint, beta: beta.hostKey.fingerprint },
        passphrase: phrase,
        overwrite: false,
        writeAnyway: false,
        ...changes,
    });

    function unattendedSetup(changes = {}): Promise<string> {
        const said: string[] = [];
        return setup(
            path,
            unattended(answers(changes), (text) => said.push(text)),
            context,
        ).then(() => said.join("\n"));
    }

    describe("by answers", () => {
        it("writes a file that the program accepts, with its secrets encrypted", async () => {
            const said = await unattendedSetup();
            assert.match(said, /alpha: log-in and sudo work\n {2}beta: log-in and sudo work/);
            const text = readFileSync(path, "utf8");
            assert.doesNotMatch(text, /let me|phrase of/);
            assert.match(text, /^# Written by npm run setup\.[^]*^encryptionsalt: v1:/m);
            assert.match(text, /sudoPassword:\n {6}secure: v1:/);
            const result = parseStackFile(text, context, { passphrase: phrase });
            assert.ok(result.ok);
            assert.deepEqual(
                result.value.laptops.map(({ name, hostKey, sudoPassword }) => ({ name, hostKey, sudoPassword })),
                [
                    { name: "alpha", hostKey: alpha.hostKey.line, sudoPassword: "let me" },
                    { name: "beta", hostKey: beta.hostKey.line, sudoPassword: "let me" },
                ],
            );
            const { values, secretKeys } = decryptConfig(readStackFile(text), phrase);
            assert.equal(values["pulumi:disable-default-providers"], '["kubernetes"]');
            assert.deepEqual(secretKeys, ["onprem-blog:ssh"]);
            assert.throws(() => decryptConfig(readStackFile(text), "another phrase"), /incorrect passphrase/);
        });

        it("never replaces a file unasked, and keeps the former one", async () => {
            writeFileSync(path, "former\n");
            await assert.rejects(unattendedSetup(), { name: "SetupError", message: `${path} stays as it is` });
            assert.equal(readFileSync(path, "utf8"), "former\n");
            await unattendedSetup({ overwrite: true });
            assert.equal(readFileSync(`${path}.bak`, "utf8"), "former\n");
            assert.match(readFileSync(path, "utf8"), /encryptionsalt/);
            assert.equal(existsSync(`${path}.new`), false);
        });

        it("writes nothing when a laptop cannot be used, and says why", async () => {
            const other = utils.generateKeyPairSync("ed25519");
            const cases: [object, RegExp][] = [
                [
                    { settings: { ...settings(), ssh: { ...settings().ssh, sudoPassword: "wrong" } } },
                    /could not use alpha$/,
                ],
                [
                    { settings: { ...settings(), ssh: { ...settings().ssh, user: "nobody" } } },
                    /could not use alpha, beta$/,
                ],
                [
                    { fingerprints: { alpha: alpha.hostKey.fingerprint } },
                    /^beta: no fingerprint in the answers\. It shows SHA256:/,
                ],
                [
                    { fingerprints: { alpha: "SHA256:x", beta: "SHA256:x" } },
                    /^alpha: its host key SHA256:\S+ was not confirmed$/,
                ],
                [
                    { settings: { ...settings(), domain: "x" } },
                    /^these answers do not go together:\n {2}- domain: found "x"/,
                ],
                [{ passphrase: "short" }, /^passphrase: Wanted at least 12 characters$/],
            ];
            writeFileSync(join(folder, "other"), other.private, { mode: 0o600 });
            for (const [changes, message] of cases) {
                await assert.rejects(unattendedSetup(changes), (error: Error) => {
                    assert.ok(error instanceof SetupError, String(error));
                    assert.match(error.message, message);
                    return true;
                });
            }
            assert.deepEqual(readdirSync(folder).sort(), ["key", "locked", "other"]);
        });

        it("writes all the same when told to", async () => {
            const said = await unattendedSetup({
                writeAnyway: true,
                settings: { ...settings(), ssh: { ...settings().ssh, sudoPassword: "wrong" } },
            });
            assert.match(said, /alpha: sudo refuses the password\n {2}beta: log-in and sudo work/);
            assert.ok(existsSync(path));
        });

        it("goes through a jump host", async () => {
            const jump = await sshServer({ user: "gate", authorized: key.public });
            try {
                await unattendedSetup({
                    settings: {
                        ...settings(),
                        ssh: { ...settings().ssh, jumpHost: { address, port: jump.port, user: "gate" } },
                    },
                    fingerprints: { ...answers().fingerprints, "jump host": jump.hostKey.fingerprint },
                });
            } finally {
                await jump.close();
            }
            const result = parseStackFile(readFileSync(path, "utf8"), context, { passphrase: phrase });
            assert.ok(result.ok);
            assert.equal(result.value.ssh.jumpHost?.hostKey, jump.hostKey.line);
        });
    });

    describe("by questions", () => {
        it("asks for everything, and again for a wrong answer", async () => {
            const script = new Script([
                ["Domain", "Example", "example.org"],
                ["User that logs in", user],
                ["How do you log in", "file"],
                ["File of the private key", join(folder, "absent"), join(folder, "key")],
                ["jump host", "no"],
                ["How many laptops", "none", "2"],
                ["Name:", "Alpha", "alpha"],
                ["Role of alpha", "server"],
                ["Address at which this machine", address],
                ["SSH port of alpha", "99999", String(alpha.port)],
                ["User on alpha", user],
                ["IPv4 address at which", address, "192.0.2.11"],
                ["Name:", "beta"],
                ["Role of beta", "agent"],
                ["Address at which this machine", address],
                ["SSH port of beta", String(beta.port)],
                ["User on beta", user],
                ["IPv4 address at which", "192.0.2.12"],
                ["What does sudo", "each"],
                ["sudo on alpha", "", "let me"],
                ["sudo on beta", "anything"],
                [`Does alpha itself show ${alpha.hostKey.fingerprint}`, "yes"],
                [`Does beta itself show ${beta.hostKey.fingerprint}`, "yes"],
                ["Passphrase that encrypts", "own"],
                ["Passphrase", "short", phrase],
                ["The same again", "another phrase", phrase],
            ]);
            await setup(path, person(script, context), context);
            script.done();
            assert.deepEqual(script.complaints, [
                "Wanted a domain such as example.org, in lower case",
                `${join(folder, "absent")} does not exist`,
                "Wanted a number from 1 to 99",
                "Wanted a name of lower-case letters, digits, - and ., at most 63 characters (RFC 1123). Capitals are not allowed",
                "Wanted a port number from 1 to 65535",
                "Wanted an IPv4 address at which the other laptops reach this one. That is the loopback address, by which a laptop reaches only itself",
                "Wanted a password of one line",
                "Wanted at least 12 characters",
                "It is not the same",
            ]);
            const result = parseStackFile(readFileSync(path, "utf8"), context, { passphrase: phrase });
            assert.ok(result.ok);
            assert.deepEqual(
                result.value.laptops.map((laptop) => [laptop.name, laptop.sudoPassword, laptop.nodeIp]),
                [
                    ["alpha", "let me", "192.0.2.11"],
                    ["beta", "anything", "192.0.2.12"],
                ],
            );
        });

        it("asks for the password of an encrypted key", async () => {
            const laptop = await sshServer({ user, authorized: locked.public });
            const script = new Script([
                ["Domain", "example.org"],
                ["User that logs in", user],
                ["How do you log in", "file"],
                ["File of the private key", join(folder, "locked")],
                ["Password of the private key", "guess", "unlock"],
                ["jump host", "no"],
                ["How many laptops", "1"],
                ["Name:", "alpha"],
                ["Role of alpha", "server"],
                ["Address at which this machine", address],
                ["SSH port of alpha", String(laptop.port)],
                ["User on alpha", user],
                ["IPv4 address at which", "192.0.2.11"],
                ["What does sudo", "none"],
                ["Does alpha itself show", "yes"],
                ["Passphrase that encrypts", "generated"],
                ["Written down", "yes"],
            ]);
            try {
                await setup(path, person(script, context), context);
            } finally {
                await laptop.close();
            }
            const passphrase = /^ {4}(\S+)$/m.exec(script.said.join("\n"))?.[1];
            const result = parseStackFile(readFileSync(path, "utf8"), context, { passphrase });
            assert.ok(result.ok);
            assert.equal(result.value.ssh.privateKeyPassword, "unlock");
        });

        it("writes nothing when a host key is not the laptop's", async () => {
            const operator = {
                ...person(new Script([["Does alpha itself", "no"]]), context),
                settings: () => Promise.resolve(settings()),
            };
            await assert.rejects(setup(path, operator, context), /alpha: its host key SHA256:\S+ was not confirmed/);
            assert.equal(existsSync(path), false);
        });
    });

    describe("passphrases", () => {
        it("that are made are long, differ, and pass the check", () => {
            const made = Array.from({ length: 50 }, generatePassphrase);
            assert.equal(new Set(made).size, 50);
            for (const passphrase of made) {
                assert.match(passphrase, /^(?:[2-9a-hjkmnp-z]{5}-){5}[2-9a-hjkmnp-z]{5}$/);
                assert.equal(checkPassphrase(passphrase), undefined);
            }
        });
    });

    describe("the command", () => {
        it("runs unattended", async () => {
            const file = join(folder, "answers.yaml");
            writeFileSync(file, stringify(answers()), { mode: 0o600 });
            const { code, stdout, stderr } = await command(["--answers", file, "--out", path]);
            assert.equal(code, 0, stderr);
            assert.match(stdout, /Wrote .*\n\nNext:\n {2}export PULUMI_CONFIG_PASSPHRASE_FILE/);
            assert.doesNotMatch(stdout, /let me|phrase of/);
        });

        it("refuses answers that others can read, and that have unknown keys", async () => {
            const file = join(folder, "answers.yaml");
            writeFileSync(file, stringify(answers()), { mode: 0o644 });
            assert.match(
                (await command(["--answers", file, "--out", path])).stderr,
                /others can read it \(mode 644\): chmod 600/,
            );
            rmSync(file);
            writeFileSync(file, stringify({ setings: {} }), { mode: 0o600 });
            assert.match(
                (await command(["--answers", file, "--out", path])).stderr,
                /Unrecognized key: "setings"\. The keys are settings, /,
            );
        });

        it("says that it needs a terminal or answers", async () => {
            const { code, stderr } = await command(["--out", path]);
            assert.equal(code, 1);
            assert.match(stderr, /there is no terminal to ask at\. Give the answers in a file/);
        });
    });
});

/** Answers questions in a fixed order; a line is the question's beginning or part, and the answers until one passes. */
class Script implements Console {
    readonly said: string[] = [];
    readonly complaints: string[] = [];

    constructor(private readonly lines: [question: string, ...answers: string[]][]) {}

    say(text: string): void {
        this.said.push(text);
    }

    text(question: Question): Promise<string> {
        const [first = "", ...rest] = this.next(question.message);
        let answer = first;
        for (;;) {
            const complaint = question.check?.(answer);
            if (complaint === undefined) return Promise.resolve(answer);
            this.complaints.push(complaint);
            const another = rest.shift();
            assert.notEqual(another, undefined, `${question.message}: ${complaint}`);
            answer = another!;
        }
    }

    secret(question: Question): Promise<string> {
        return this.text(question);
    }

    choose<T extends string>({
        message,
        choices,
    }: {
        message: string;
        choices: Readonly<Partial<Record<T, string>>>;
    }): Promise<T> {
        const [answer = ""] = this.next(message);
        assert.ok(Object.hasOwn(choices, answer), `${message} has no choice ${answer}`);
        return Promise.resolve(answer as T);
    }

    confirm({ message }: { message: string }): Promise<boolean> {
        return Promise.resolve(this.next(message)[0] === "yes");
    }

    done(): void {
        assert.deepEqual(this.lines, []);
    }

    private next(message: string): string[] {
        const line = this.lines.shift();
        assert.ok(
            line !== undefined && message.includes(line[0]),
            `asked ${message}; expected ${line?.[0] ?? "nothing"}`,
        );
        return line.slice(1);
    }
}

function command(args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return new Promise((resolve) => {
        const cli = join(ROOT, "stacks/settings/setup/cli.ts");
        const child = spawn(process.execPath, ["-r", "ts-node/register/transpile-only", cli, ...args], {
            cwd: ROOT,
            stdio: ["ignore", "pipe", "pipe"],
        });
        let stdout = "";
        let stderr = "";
        child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
        child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
        child.on("close", (code) => {
            resolve({ code: code ?? -1, stdout, stderr });
        });
    });
}
