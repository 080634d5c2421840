import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { completeStackFile, laptopsOf, setK3s, valueIn, type Completion } from "../../../lab/stack-file";
import { decryptConfig, encryptValue, newEncryptionSalt, readStackFile } from "../../../stacks/settings/stack-file";

const committed = `# two laptops
config:
  onprem-blog:laptops:
    - name: laptop-a # the server
      role: server
      address: 10.77.0.11
    - name: laptop-b
      role: agent
      address: 10.77.0.12
      user: other
  onprem-blog:ssh:
    user: operator
  onprem-blog:prepare:
    hosts:
      cluster.example.org: 10.77.0.11
  onprem-blog:preflight:
    networks: [10.77.0.0/24, 110.77.0.1]
  onprem-blog:k3s:
    binary:
      source: file
`;
const passphrase = "correct horse";
const { encryptionsalt, key } = newEncryptionSalt(passphrase);
const completion: Completion = {
    subnet: "10.77.0",
    hostKeys: { "laptop-a": "ssh-ed25519 AAAA-a", "laptop-b": "ssh-ed25519 AAAA-b" },
    privateKeyFile: "/state/id_ed25519",
    encryptionsalt,
    sudoPassword: encryptValue(key, "hidden"),
};
const sha256 = "0".repeat(64);

describe("lab: completing the stack file", function () {
    this.timeout(20_000);

    it("adds what is only known once the laptops run, and keeps comments", () => {
        const text = completeStackFile(committed, completion);
        const { config } = readStackFile(text);
        assert.deepEqual(config["onprem-blog:laptops"], [
            { name: "laptop-a", role: "server", address: "10.77.0.11", hostKey: "ssh-ed25519 AAAA-a" },
            { name: "laptop-b", role: "agent", address: "10.77.0.12", user: "other", hostKey: "ssh-ed25519 AAAA-b" },
        ]);
        assert.match(text, /# the server/);
        assert.equal(valueIn(text, ["onprem-blog:ssh", "privateKeyFile"]), "/state/id_ed25519");
        assert.deepEqual(valueIn(text, ["onprem-blog:k3s"]), { binary: { source: "file" } });
    });

    it("holds the sudo password as Pulumi reads it, and not in plain", () => {
        const text = completeStackFile(committed, completion);
        assert.doesNotMatch(text, /hidden/);
        const { values, secretKeys } = decryptConfig(readStackFile(text), passphrase);
        assert.deepEqual(secretKeys, ["onprem-blog:ssh"]);
        assert.equal((JSON.parse(values["onprem-blog:ssh"]!) as { sudoPassword: string }).sudoPassword, "hidden");
    });

    it("gives the same text for the same completion, so that a second run changes nothing", () => {
        assert.equal(completeStackFile(committed, completion), completeStackFile(committed, completion));
    });

    it("moves every address of the lab's subnet to another lab's", () => {
        const text = completeStackFile(committed, { ...completion, subnet: "10.78.0" });
        assert.deepEqual(valueIn(text, ["onprem-blog:prepare", "hosts"]), { "cluster.example.org": "10.78.0.11" });
        assert.deepEqual(valueIn(text, ["onprem-blog:preflight", "networks"]), ["10.78.0.0/24", "110.77.0.1"]);
        assert.deepEqual(
            laptopsOf(committed, "10.78.0").map(({ address, user }) => [address, user]),
            [
                ["10.78.0.11", "operator"],
                ["10.78.0.12", "other"],
            ],
        );
    });

    it("names the files of the stand-in with their sums and version", () => {
        const binary = { path: "/cache/k3s", sha256 };
        const airgapImages = { path: "/cache/images.tar.zst", sha256 };
        const k3s = { source: "file", version: "v1.36.3+k3s1", binary, airgapImages } as const;
        const text = completeStackFile(committed, { ...completion, k3s });
        assert.deepEqual(valueIn(text, ["onprem-blog:k3s"]), {
            binary: { source: "file", path: "/cache/k3s", sha256: { amd64: sha256 } },
            version: "v1.36.3+k3s1",
            airgapImages: { source: "file", path: "/cache/images.tar.zst", sha256: { amd64: sha256 } },
        });
    });

    for (const [images, source] of [
        ["release", "release"],
        ["registry", "none"],
    ] as const) {
        it(`takes the release, and its images from the ${images}`, () => {
            const text = completeStackFile(committed, { ...completion, k3s: { source: "release", images } });
            assert.deepEqual(valueIn(text, ["onprem-blog:k3s"]), {
                binary: { source: "release" },
                airgapImages: { source },
            });
        });
    }

    it("puts another k3s into a stack file, in place of the one it names", () => {
        const file = (name: string) => ({ path: `/cache/${name}`, sha256 });
        const version = "v1.35.4+k3s1";
        const standIn = { source: "file", version, binary: file("k3s"), airgapImages: file("images") } as const;
        const document = parseDocument(committed);
        setK3s(document, standIn);
        assert.equal(valueIn(document.toString(), ["onprem-blog:k3s", "version"]), version);
        setK3s(document, { source: "release", version: "v1.36.4+k3s1", images: "release" });
        assert.deepEqual(valueIn(document.toString(), ["onprem-blog:k3s"]), {
            binary: { source: "release" },
            version: "v1.36.4+k3s1",
            airgapImages: { source: "release" },
        });
    });

    it("refuses a laptop that has no host key", () => {
        assert.throws(
            () => completeStackFile(committed, { ...completion, hostKeys: { "laptop-a": "ssh-ed25519 AAAA-a" } }),
            /^Error: laptop laptop-b has no host key: it was not made by this lab$/,
        );
    });

    it("reads the committed stack file", () => {
        const file = readFileSync(join(__dirname, "../../../Pulumi.lab.yaml"), "utf8");
        assert.deepEqual(laptopsOf(file, "10.77.0"), [
            { name: "laptop-a", role: "server", address: "10.77.0.11", user: "operator" },
            { name: "laptop-b", role: "agent", address: "10.77.0.12", user: "operator" },
        ]);
    });
});
