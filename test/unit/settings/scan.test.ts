import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utils } from "ssh2";
import { PLACEHOLDER } from "../../../stacks/settings/host-key";
import { checkSudo, connect, fetchHostKey } from "../../../stacks/settings/scan/connection";
import { report, toJson } from "../../../stacks/settings/scan/report";
import { isFine, scan } from "../../../stacks/settings/scan/scan";
import { encryptValue, newEncryptionSalt } from "../../../stacks/settings/stack-file";
import { closedPort, sshServer, type TestServer } from "./ssh-server";

const ROOT = join(__dirname, "../../..");
const CLI = join(ROOT, "stacks/settings/scan/cli.ts");
const address = "127.0.0.1";

describe("hosts:scan", function () {
    this.timeout(60_000);
    const user = "operator";
    const key = utils.generateKeyPairSync("ed25519");
    let laptop: TestServer;
    let rsaOnly: TestServer;
    let web: Server;
    let webPort: number;
    let nobody: number;

    before(async () => {
        laptop = await sshServer({ user, authorized: key.public, sudo: { password: "let me" } });
        rsaOnly = await sshServer({ hostKey: "rsa" });
        web = createServer((socket) => socket.on("error", () => undefined).end("HTTP/1.1 400 Bad Request\r\n\r\n"));
        await new Promise<void>((done) => web.listen(0, address, done));
        webPort = (web.address() as AddressInfo).port;
        nobody = await closedPort();
    });

    after(async () => {
        await Promise.all([laptop.close(), rsaOnly.close()]);
        web.close();
    });

    it("prints the key as the stack file wants it, and the fingerprint as ssh-keygen does", async () => {
        const found = await fetchHostKey({ address, port: laptop.port });
        assert.deepEqual(found, laptop.hostKey);
        const text = report(await scan([{ name: "alpha", address, port: laptop.port }]));
        assert.equal(
            text,
            [
                `alpha (127.0.0.1:${String(laptop.port)})`,
                `  hostKey: ${laptop.hostKey.line}`,
                `  ${laptop.hostKey.fingerprint}`,
                "",
                "Compare each fingerprint with the one that the laptop itself shows (at its own keyboard): ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
            ].join("\n"),
        );
    });

    it("says for each host that gives no key why, and still gives the others'", async () => {
        const findings = await scan([
            { address, port: nobody },
            { address, port: rsaOnly.port },
            { address, port: webPort },
            { address: "absent.invalid", port: 22 },
            { address, port: laptop.port },
        ]);
        assert.deepEqual(
            findings.map(({ problem }) => problem),
            [
                `127.0.0.1:${String(nobody)} refuses the connection: no SSH server listens there`,
                `127.0.0.1:${String(rsaOnly.port)} has no ed25519 host key. Make one on the laptop: sudo ssh-keygen -A && sudo systemctl restart ssh`,
                `127.0.0.1:${String(webPort)} closes the connection at once: it is no SSH server, or one that is shutting us out`,
                "no address is known for the name absent.invalid",
                undefined,
            ],
        );
        assert.equal(isFine(findings), false);
    });

    it("says loudly that a key differs from the pinned one", async () => {
        const pinned = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB";
        const findings = await scan([
            { address, port: laptop.port, pinned },
            { address, port: laptop.port, pinned: laptop.hostKey.line },
            { address, port: laptop.port, pinned: PLACEHOLDER },
        ]);
        assert.deepEqual(
            findings.map(({ verdict }) => verdict),
            ["different", "same", "new"],
        );
        assert.equal(isFine(findings), false);
        assert.match(report(findings), /!!! THIS IS NOT THE KEY IN THE STACK FILE !!!/);
        assert.match(report(findings), /The stack file has this key\./);
        assert.deepEqual(toJson(findings)[0], {
            address,
            port: laptop.port,
            hostKey: laptop.hostKey.line,
            fingerprint: laptop.hostKey.fingerprint,
            verdict: "different",
        });
    });

    describe("connections", () => {
        const target = () => ({
            address,
            port: laptop.port,
            user,
            hostKey: laptop.hostKey.line,
            privateKey: key.private,
        });

        it("log in with the key, and tell what sudo says", async () => {
            const client = await connect(target());
            try {
                assert.equal(await checkSudo(client, "let me"), undefined);
                assert.equal(await checkSudo(client, "let you"), "sudo refuses the password");
                assert.equal(await checkSudo(client, undefined), "sudo asks for a password, and none was given");
            } finally {
                client.end();
            }
            assert.ok(laptop.commands.every((command) => !command.split(" < ")[0]!.includes("let")));
        });

        it("tell a refused key from a wrong host key", async () => {
            const other = utils.generateKeyPairSync("ed25519");
            await assert.rejects(connect({ ...target(), privateKey: other.private }), {
                name: "ConnectionError",
                message: `127.0.0.1:${String(laptop.port)} refuses the log-in: wrong user, or the key is not in its authorized_keys`,
            });
            await assert.rejects(
                connect({ ...target(), hostKey: "ssh-ed25519 x" }),
                /shows another host key \(SHA256:/,
            );
        });
    });

    describe("the command", () => {
        let folder: string;
        let jump: TestServer;

        before(async () => {
            folder = mkdtempSync(join(tmpdir(), "scan-"));
            writeFileSync(join(folder, "key"), key.private, { mode: 0o600 });
            jump = await sshServer({ user: "gate", authorized: key.public });
        });

        after(async () => {
            rmSync(folder, { recursive: true });
            await jump.close();
        });

        it("scans the laptops of a stack file that is not finished", async () => {
            const path = stackFile(`    - {name: alpha, address: ${address}, port: ${String(laptop.port)}}
    - {name: beta, address: ${address}, port: ${String(nobody)}}`);
            const { code, stdout } = await command(["--stack-file", path]);
            assert.equal(code, 1);
            assert.match(
                stdout,
                /^alpha \(127.*\n {2}hostKey: ssh-ed25519 AAAA.*\n {2}SHA256:.*\n\nbeta \(127.*\n {2}FAILED: 127.* refuses/,
            );
        });

        it("takes names and addresses, and prints JSON", async () => {
            const path = stackFile(`    - {name: alpha, address: ${address}, port: ${String(laptop.port)}}`);
            const byName = await command(["--stack-file", path, "--json", "alpha"]);
            const byAddress = await command([
                "--stack-file",
                join(folder, "absent"),
                "--json",
                `${address}:${String(laptop.port)}`,
            ]);
            const key = { hostKey: laptop.hostKey.line, fingerprint: laptop.hostKey.fingerprint, verdict: "new" };
            assert.deepEqual(JSON.parse(byName.stdout), [{ name: "alpha", address, port: laptop.port, ...key }]);
            assert.deepEqual(JSON.parse(byAddress.stdout), [{ address, port: laptop.port, ...key }]);
            assert.equal(byName.code + byAddress.code, 0);
        });

        it("goes through the jump host, with a key from the stack file", async () => {
            const { encryptionsalt, key: sealing } = newEncryptionSalt("phrase");
            const text = `encryptionsalt: ${encryptionsalt}\n${base(`    - {name: alpha, address: ${address}, port: ${String(laptop.port)}}`)}
  onprem-blog:ssh:
    privateKey: {secure: "${encryptValue(sealing, key.private)}"}
    jumpHost: {address: ${address}, port: ${String(jump.port)}, user: gate, hostKey: ${jump.hostKey.line}}
`;
            const path = join(folder, "Pulumi.jump.yaml");
            writeFileSync(path, text);
            const good = await command(["--stack-file", path], { PULUMI_CONFIG_PASSPHRASE: "phrase" });
            assert.equal(good.code, 0, good.stderr);
            assert.match(
                good.stdout,
                /^jump host .*\n.*\n.*\n {2}The stack file has this key\.\n\nalpha .*\n {2}hostKey: /,
            );
            const locked = await command(["--stack-file", path]);
            assert.equal(locked.code, 1);
            assert.match(locked.stdout, /alpha .*\n {2}FAILED: not tried: .* is encrypted and no passphrase was given/);
        });

        it("says what is missing", async () => {
            const { code, stderr } = await command(["--stack-file", join(folder, "absent")]);
            assert.equal(code, 1);
            assert.match(stderr, /absent does not exist\. Write one: npm run setup/);
        });

        const base = (laptops: string) => `config:\n  onprem-blog:laptops:\n${laptops}`;

        function stackFile(laptops: string): string {
            const path = join(folder, "Pulumi.x.yaml");
            writeFileSync(path, base(laptops));
            return path;
        }
    });
});

function command(
    args: string[],
    env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
    return new Promise((resolve) => {
        const child = spawn(process.execPath, ["-r", "ts-node/register/transpile-only", CLI, ...args], {
            cwd: ROOT,
            env: {
                ...process.env,
                PULUMI_CONFIG_PASSPHRASE: undefined,
                PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
                ...env,
            },
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
