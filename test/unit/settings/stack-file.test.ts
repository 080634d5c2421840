import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
    decryptConfig,
    decryptValue,
    encryptValue,
    newEncryptionSalt,
    readStackFile,
    secureLeaves,
    StackFileError,
    verifyPassphrase,
} from "../../../stacks/settings/stack-file";

describe("stack file", function () {
    this.timeout(20_000);
    const passphrase = "correct horse";
    const { encryptionsalt, key } = newEncryptionSalt(passphrase);
    const text = `
encryptionsalt: ${encryptionsalt}
config:
  pulumi:disable-default-providers: [kubernetes]
  onprem-blog:domain: example.org
  onprem-blog:count: 3
  onprem-blog:on: true
  onprem-blog:none:
  onprem-blog:whole:
    secure: ${encryptValue(key, "whole value")}
  onprem-blog:ssh:
    user: operator
    port: 22
    sudoPassword:
      secure: ${encryptValue(key, 'with "quotes" and 한글')}
  onprem-blog:laptops:
    - name: a
    - name: b
      sudoPassword:
        secure: ${encryptValue(key, "second")}
`;

    it("gives every value in the form of PULUMI_CONFIG and names the keys that hold a secret", () => {
        const { values, secretKeys } = decryptConfig(readStackFile(text), passphrase);
        assert.deepEqual(values, {
            "pulumi:disable-default-providers": '["kubernetes"]',
            "onprem-blog:domain": "example.org",
            "onprem-blog:count": "3",
            "onprem-blog:on": "true",
            "onprem-blog:none": "null",
            "onprem-blog:whole": "whole value",
            "onprem-blog:ssh": '{"user":"operator","port":22,"sudoPassword":"with \\"quotes\\" and 한글"}',
            "onprem-blog:laptops": '[{"name":"a"},{"name":"b","sudoPassword":"second"}]',
        });
        assert.deepEqual(secretKeys, ["onprem-blog:whole", "onprem-blog:ssh", "onprem-blog:laptops"]);
    });

    it("names the paths of the encrypted values", () => {
        assert.deepEqual(secureLeaves(readStackFile(text).config), [
            ["onprem-blog:whole"],
            ["onprem-blog:ssh", "sudoPassword"],
            ["onprem-blog:laptops", 1, "sudoPassword"],
        ]);
    });

    it("refuses a wrong passphrase by name", () => {
        assert.throws(() => decryptConfig(readStackFile(text), "another"), {
            name: "StackFileError",
            message: /^incorrect passphrase: .* PULUMI_CONFIG_PASSPHRASE/,
        });
    });

    it("asks for a passphrase only where something is encrypted", () => {
        assert.throws(() => decryptConfig(readStackFile(text)), /onprem-blog:whole is encrypted and no passphrase/);
        assert.deepEqual(decryptConfig(readStackFile("config: {a:b: c}")), { values: { "a:b": "c" }, secretKeys: [] });
    });

    it("names every damaged value", () => {
        const file = readStackFile(text);
        const config = {
            ...file.config,
            "onprem-blog:x": { y: { secure: "v1:AAAA:BBBB" } },
            "onprem-blog:z": { secure: "no" },
        };
        assert.throws(
            () => decryptConfig({ ...file, config }, passphrase),
            /^StackFileError: damaged or encrypted with another passphrase: onprem-blog:x\.y, onprem-blog:z\. /,
        );
    });

    it("says so when the secrets are kept by another provider or the salt is damaged", () => {
        const config = { "a:b": { secure: "v1:x:y" } };
        assert.throws(
            () => decryptConfig({ config, secretsprovider: "awskms://alias/x" }, "p"),
            /secretsprovider: awskms/,
        );
        assert.throws(() => verifyPassphrase("p", "v1:AAAA"), /`encryptionsalt` is damaged/);
    });

    it("reads what Pulumi itself wrote", () => {
        // Salts of Pulumi's own tests (pkg/secrets/passphrase and tests/roundtrip at v3.248.0).
        const written: [string, string][] = [
            ["password", "v1:fozI5u6B030=:v1:F+6ZduKKd8G0/V7L:PGMFeIzwobWRKmEAzUdaQHqC5mMRIQ=="],
            ["TestConfigRoundtripComments", "v1:ThS5UPxP9qc=:v1:UZYAXF+ylaJ0rGhv:9OTvBnOEDFgxs7btjzSu+LZ470vLpg=="],
        ];
        for (const [word, salt] of written) assert.doesNotThrow(() => verifyPassphrase(word, salt), word);
    });

    it("reads an empty file, and refuses what is no stack file", () => {
        assert.deepEqual(readStackFile(""), { config: {} });
        assert.deepEqual(readStackFile("config:\n"), { config: {} });
        for (const bad of ["[1]", "config: 3", "a: [", "a: 1\na: 2"]) {
            assert.throws(() => readStackFile(bad), StackFileError, bad);
        }
    });

    it("opens what it has sealed, for any text", () => {
        fc.assert(
            fc.property(
                fc.string({ unit: "grapheme" }),
                (value) => decryptValue(key, encryptValue(key, value)) === value,
            ),
        );
    });

    it("never gives a value for text that was not sealed with the key", () => {
        fc.assert(
            fc.property(fc.string(), (value) => {
                assert.throws(() => decryptValue(key, value), StackFileError);
                assert.throws(() => decryptValue(key, `v1:${value}:${value}`), StackFileError);
            }),
        );
    });
});
