import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { utils } from "ssh2";
import { load } from "../../../stacks/settings";
import { encryptValue, decryptConfig, newEncryptionSalt, readStackFile } from "../../../stacks/settings/stack-file";

describe("load", function () {
    this.timeout(20_000);
    const before = process.cwd();
    let folder: string;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "settings-"));
        process.chdir(folder);
        writeFileSync("key", utils.generateKeyPairSync("ed25519").private, { mode: 0o600 });
    });

    afterEach(() => {
        process.chdir(before);
        rmSync(folder, { recursive: true });
    });

    const { encryptionsalt, key } = newEncryptionSalt("p");
    const stackFile = (ssh: string) => `encryptionsalt: ${encryptionsalt}
config:
  onprem-blog:domain: example.org
  onprem-blog:laptops:
    - name: alpha
      role: server
      address: 192.0.2.11
      hostKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB
  onprem-blog:ssh:
    user: operator
    privateKeyFile: key
${ssh}
`;

    async function run(text: string, name = "test", preview = false): Promise<ReturnType<typeof load>> {
        await pulumi.runtime.setMocks(
            {
                newResource: ({ inputs }) => ({ id: "id", state: inputs as object }),
                call: ({ inputs }) => inputs as object,
            },
            "onprem-blog",
            name,
            preview,
        );
        const { values, secretKeys } = decryptConfig(readStackFile(text), "p");
        pulumi.runtime.setAllConfig({ ...values }, [...secretKeys]);
        return load();
    }

    it("gives the secrets, and nothing else, as secret outputs", async () => {
        const text = stackFile(`    sudoPassword:\n      secure: ${encryptValue(key, "hunter2")}`);
        writeFileSync("Pulumi.test.yaml", text);
        const settings = await run(text);
        const password = settings.laptops[0]!.sudoPassword!;
        assert.ok(pulumi.Output.isInstance(password));
        assert.equal(await pulumi.isSecret(password), true);
        assert.equal(await new Promise((done) => password.apply(done)), "hunter2");
        assert.ok(pulumi.Output.isInstance(settings.ssh.privateKey));
        assert.equal(settings.ssh.user, "operator");
    });

    it("is frozen all the way down", async () => {
        const settings = await run(stackFile(""));
        assert.ok(
            Object.isFrozen(settings) &&
                Object.isFrozen(settings.laptops) &&
                Object.isFrozen(settings.laptops[0]?.labels),
        );
        assert.throws(() => {
            (settings.k3s.binary as { source: string }).source = "mirror";
        }, TypeError);
    });

    it("lists every fault in one error that the engine prints without a stack trace", async () => {
        const text = stackFile("    prot: 22\n").replace("domain: example.org", "domain: Example");
        await assert.rejects(run(text), (error: Error) => {
            assert.ok(pulumi.RunError.isInstance(error));
            assert.match(
                error.message,
                /^2 faults in the settings of stack test:\n {2}1\. domain: .*\n {2}2\. ssh\.prot: /,
            );
            return true;
        });
    });

    it("finds a plain secret beside an encrypted one, by the stack file", async () => {
        const text = stackFile(`    privateKeyFile: key
    sudoPassword: hunter2
    privateKeyPassword:
      secure: ${encryptValue(key, "x")}`).replace("    privateKeyFile: key\n", "");
        writeFileSync("Pulumi.test.yaml", text);
        await assert.rejects(run(text), (error: Error) => {
            assert.match(error.message, /ssh\.sudoPassword: found a secret in plain text/);
            assert.doesNotMatch(error.message, /hunter2/);
            return true;
        });
        // The engine was given another file: all that is known is that the section holds a secret.
        writeFileSync("Pulumi.test.yaml", text.replace("user: operator", "user: somebody"));
        await assert.rejects(run(text), (error: Error) => {
            assert.doesNotMatch(error.message, /sudoPassword/);
            return true;
        });
    });

    it("goes on in a preview without the key's file, with an unknown secret", async () => {
        rmSync("key");
        await assert.rejects(run(stackFile("")), /ssh\.privateKeyFile: found "key", which does not exist/);
        const settings = await run(stackFile(""), "test", true);
        const privateKey = settings.ssh.privateKey as pulumi.Output<string> & { isKnown: Promise<boolean> };
        assert.equal(await privateKey.isKnown, false);
        assert.equal(await pulumi.isSecret(privateKey), true);
    });
});
