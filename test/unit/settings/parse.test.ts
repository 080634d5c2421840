import assert from "node:assert/strict";
import * as fc from "fast-check";
import { parse as parseYaml } from "yaml";
import { formatFaults } from "../../../stacks/settings/fault";
import { parseSettings } from "../../../stacks/settings/parse";
import { UNKNOWN_SECRET, type PlainSecret } from "../../../stacks/settings/plain-secret";
import { settingsSchema } from "../../../stacks/settings/schema";
import type { Settings } from "../../../stacks/settings/types";
import { parse, readFixture, workstation } from "./fixture";

function value(fixture: string, changes = {}): Settings<PlainSecret> {
    const result = parse(readFixture("valid", fixture), changes);
    assert.ok(result.ok);
    return result.value;
}

describe("parseSettings", function () {
    this.timeout(60_000);
    it("fills in every default", () => {
        const { ssh, ...settings } = value("minimal");
        assert.match(String(ssh.privateKey), /^-----BEGIN OPENSSH PRIVATE KEY-----/);
        assert.deepEqual({ ...ssh, privateKey: "" }, { user: "operator", agent: false, privateKey: "" });
        assert.deepEqual(settings, {
            domain: "example.org",
            laptops: [
                {
                    name: "alpha",
                    role: "server",
                    address: "192.0.2.11",
                    port: 22,
                    user: "operator",
                    hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
                    nodeIp: "192.0.2.11",
                    labels: {},
                    taints: [],
                    lost: false,
                },
            ],
            preflight: {
                operatingSystems: ["ubuntu"],
                minimumMemoryMiB: 1800,
                minimumDiskGiB: 10,
                minimumFreeInodes: 100_000,
                maximumClockSkewSeconds: 30,
            },
            prepare: {
                journaldMaxUse: "500M",
                unattendedUpgrades: true,
                batteryChargeLimit: 80,
                shutdownAtBatteryPercent: 10,
                hosts: {},
                timeSync: true,
            },
            k3s: {
                version: "v1.36.5+k3s1",
                binary: {
                    source: "release",
                    sha256: { amd64: "d73847bcd3c5fccef0115b372e2f9a91f3032dc84bbf71518a4617565294d313" },
                },
                airgapImages: { source: "none", sha256: {} },
                config: {},
                serverConfig: {},
                agentConfig: {},
                tlsSans: [],
                allowRemoval: false,
                removeData: false,
                agentTokenRenewal: 1,
                registries: {},
                kubeconfigRenewal: 1,
                certificateRenewal: 1,
                drainTimeoutSeconds: 300,
                timeoutSeconds: 600,
            },
            hello: {
                enabled: true,
                host: "hello.example.org",
                image: "docker.io/rancher/mirrored-library-busybox:1.37.0",
            },
        });
    });

    it("lets a laptop's own user and sudo password win over those of ssh", () => {
        const { laptops } = value("sudo-password-per-laptop");
        assert.deepEqual(
            laptops.map((laptop) => laptop.sudoPassword),
            ["of all", "of beta"],
        );
        assert.deepEqual(
            value("forwarded-ports").laptops.map((laptop) => laptop.user),
            ["user0", "user1"],
        );
    });

    it("takes the jump host's user from ssh.user", () => {
        assert.equal(value("jump-host-same-user").ssh.jumpHost?.user, "operator");
        assert.equal(value("jump-host").ssh.jumpHost?.user, "gate");
    });

    it("cleans a mirror's address and expands a home folder", () => {
        assert.equal(value("mirror").k3s.binary.url, "https://mirror.example.net/k3s");
        assert.equal(value("local-files").k3s.airgapImages.path, "/home/operator/artifacts/images.tar.zst");
    });

    it("prefers the stack file's sha256 where a build is one's own", () => {
        assert.deepEqual(value("local-files").k3s.binary.sha256, { amd64: "0123456789abcdef".repeat(4) });
    });

    it("drops the comment of a host key", () => {
        const text = readFixture("valid", "minimal").replace(/(hostKey: .*)/, "$1 root@alpha");
        const result = parse(text);
        assert.ok(result.ok);
        assert.match(result.value.laptops[0]!.hostKey, /^ssh-ed25519 \S+$/);
    });

    it("goes on in a preview without the key's file, with a warning and an unknown key", () => {
        const result = parse(readFixture("valid", "agent-in-preview"));
        assert.ok(result.ok);
        assert.equal(result.value.ssh.privateKey, UNKNOWN_SECRET);
        assert.deepEqual(result.warnings, [
            'ssh.privateKeyFile: "~/.ssh/absent" does not exist. The preview goes on without it; an up will need it.',
        ]);
    });

    it("lists all faults at once, in the order of the reference, each once", () => {
        const raw: unknown = parseYaml(`
            domain: Example
            laptops:
              - {name: Alpha, role: sever, address: "192.0.2.11:22", hostKey: ssh-rsa AAAA}
              - {name: beta, role: agent, address: 192.0.2.12, hostKey: x, nodeIp: 10.42.0.1, colour: red}
              - {name: beta, role: agent, address: 192.0.2.12, port: "22", taints: [x]}
            ssh: {sudoPassword: hunter2}
            preflight: {minimumDiskGiB: 0}
            k3s: {version: latest, config: {token: x}, binary: {source: mirror}}
            hello: {image: busybox}
            helo: {}`);
        const result = parseSettings(raw as Record<string, unknown>, new Set(), workstation);
        assert.ok(!result.ok);
        const key = 'wanted "ssh-ed25519 " followed by the base64 key, as `npm run hosts:scan` prints it';
        assert.deepEqual(formatFaults(result.faults, "the settings of stack home").split("\n"), [
            "21 faults in the settings of stack home:",
            '  1. domain: found "Example"; wanted a domain such as example.org, in lower case',
            '  2. laptops[0].name: found "Alpha"; wanted a name of lower-case letters, digits, - and ., at most 63 characters (RFC 1123). Capitals are not allowed',
            '  3. laptops[0].role: found "sever"; wanted one of server, agent. Did you mean "server"?',
            '  4. laptops[0].address: found "192.0.2.11:22"; wanted an IP address or a hostname. The port belongs in the key `port`',
            `  5. laptops[0].hostKey: found a key of type ssh-rsa; ${key}. With an RSA host key the connection would insist on ssh-rsa signatures (SHA-1), which OpenSSH 8.8 and later refuses. Print the ed25519 key: npm run hosts:scan`,
            `  6. laptops[1].hostKey: found "x"; ${key}`,
            "  7. laptops[1].colour: found an unknown key; wanted a key of laptops[1]. The keys are name, role, address, port, user, hostKey, nodeIp, interface, labels, taints, lost, sudoPassword",
            '  8. laptops[1].nodeIp: found "10.42.0.1"; wanted an address outside the pods\' network 10.42.0.0/16. Give the laptop another address, or the cluster another network: k3s.serverConfig.cluster-cidr',
            '  9. laptops[2].port: found "22"; wanted a port number from 1 to 65535. Write it without quotes',
            `  10. laptops[2].hostKey: missing; ${key}`,
            '  11. laptops[2].taints[0]: found "x"; wanted key=value:Effect or key:Effect, the effect one of NoSchedule, PreferNoSchedule, NoExecute',
            '  12. laptops[2].name: found "beta"; wanted a name of its own. laptops[1] has the same',
            "  13. ssh.sudoPassword: found a secret in plain text; wanted an encrypted value. Run: pulumi config set --secret --path ssh.sudoPassword; if the file was ever shared, change the secret as well",
            "  14. ssh.user: missing; wanted the user that logs in. laptops[0], laptops[1], laptops[2] have no user of their own",
            "  15. ssh: found no way to log in; wanted at least one of privateKeyFile, privateKey and agent. For example: pulumi config set --path ssh.privateKeyFile '~/.ssh/id_ed25519'",
            "  16. preflight.minimumDiskGiB: found 0; wanted a whole number from 1 to 100000",
            '  17. k3s.version: found "latest"; wanted a release such as v1.36.5+k3s1',
            "  18. k3s.config.token: found a key that the program writes itself; wanted other keys. Use k3s.token",
            "  19. k3s.binary.url: missing; wanted the mirror's base address. k3s.binary.source is mirror",
            '  20. hello.image: found "busybox"; wanted an image with a tag other than latest, or a digest',
            '  21. helo: found an unknown key; wanted a section of the settings. Did you mean "hello"?',
            "Every key is described in docs/reference/settings.md.",
        ]);
    });

    it("hides what may be a secret when only the section is known to hold one", () => {
        const raw = { ...sample(), ssh: { user: "hunter 2", agent: true, sudoPassword: "x" } };
        const result = parseSettings(raw, new Set(["ssh"]), workstation);
        assert.ok(!result.ok);
        assert.deepEqual(
            result.faults.map(({ path, found }) => [path.join("."), found]),
            [["ssh.user", "a text (not shown)"]],
        );
    });

    it("never throws, and never accepts what it has not understood", () => {
        const words = [
            ...Object.keys(settingsSchema.shape),
            "constructor",
            "__proto__",
            "name",
            "address",
            "source",
            "sha256",
        ];
        const json = fc.letrec((tie) => ({
            value: fc.oneof(
                { depthSize: "small", withCrossShrink: true },
                fc.jsonValue({ maxDepth: 1 }),
                fc.dictionary(fc.constantFrom(...words, "role", "nodeIp", "config", "labels"), tie("value"), {
                    maxKeys: 6,
                }),
                fc.array(tie("value"), { maxLength: 4 }),
            ),
        })).value;
        fc.assert(
            fc.property(fc.dictionary(fc.constantFrom(...words), json), fc.subarray(words), (raw, secretKeys) => {
                const result = parseSettings(raw, new Set(secretKeys), workstation);
                assert.ok(!result.ok);
                assert.notEqual(formatFaults(result.faults, "x"), "");
            }),
            { numRuns: 500 },
        );
    });

    it("takes a map with a key called constructor for what it is", () => {
        const result = parseSettings({ ...sample(), domain: { constructor: { name: {} } } }, new Set(), workstation);
        assert.ok(!result.ok);
        assert.deepEqual(
            result.faults.map(({ found }) => found),
            ["a map"],
        );
        const odd = JSON.parse('{"__proto__": null, "constructor": {"name": {"__proto__": null}}}') as unknown;
        assert.doesNotThrow(() => parseSettings({ domain: odd }, new Set(), workstation));
    });

    it("finds a fault wherever a value of another type is put", () => {
        const paths = ["domain", "laptops", "ssh", "preflight", "prepare", "k3s", "hello"] as const;
        fc.assert(
            fc.property(
                fc.constantFrom(...paths),
                fc.oneof(fc.boolean(), fc.integer(), fc.constant(null)),
                (key, wrong) => {
                    const result = parseSettings({ ...sample(), [key]: wrong }, new Set(), workstation);
                    assert.ok(!result.ok);
                    assert.ok(result.faults.every(({ path }) => path[0] === key));
                },
            ),
        );
    });
});

function sample(): Record<string, unknown> {
    return {
        domain: "example.org",
        laptops: [
            {
                name: "alpha",
                role: "server",
                address: "192.0.2.11",
                hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
            },
        ],
        ssh: { user: "operator", agent: true },
    };
}
