import assert from "node:assert/strict";
import * as fc from "fast-check";
import { show } from "../../../stacks/settings/fault";
import { formatPath } from "../../../stacks/settings/path";
import { didYouMean, nearest } from "../../../stacks/settings/suggest";
import { isInNetwork, isPinnedImage, isReservedLabel, parseTaint } from "../../../stacks/settings/syntax";

describe("key paths", function () {
    this.timeout(20_000);
    const table: [PropertyKey[], string][] = [
        [["laptops", 1, "nodeIp"], "laptops[1].nodeIp"],
        [["prepare", "hosts", "nas.home"], 'prepare.hosts["nas.home"]'],
        [["k3s", "config", "kubelet-arg"], "k3s.config.kubelet-arg"],
        [["onprem-blog:ssh", "user"], "onprem-blog:ssh.user"],
        [[], ""],
    ];
    for (const [path, text] of table)
        it(text || "(root)", () => {
            assert.equal(formatPath(path), text);
        });

    it("of different places are different texts", () => {
        const path = fc.array(fc.oneof(fc.string(), fc.nat()), { maxLength: 4 });
        fc.assert(
            fc.property(path, path, (a, b) => {
                assert.equal(formatPath(a) === formatPath(b), JSON.stringify(a) === JSON.stringify(b));
            }),
        );
    });
});

describe("did you mean", function () {
    this.timeout(20_000);
    const keys = ["name", "role", "address", "port", "nodeIp", "hostKey"];
    const table: [string, string | undefined][] = [
        ["node_ip", "nodeIp"],
        ["nodeIP", "nodeIp"],
        ["host-key", "hostKey"],
        ["adress", "address"],
        ["prot", "port"],
        ["rôle", "role"],
        ["host", undefined],
        ["colour", undefined],
        ["", undefined],
    ];
    for (const [word, expected] of table)
        it(`${word} -> ${String(expected)}`, () => {
            assert.equal(nearest(word, keys), expected);
        });

    it("names what there is when nothing is near", () => {
        assert.equal(didYouMean("colour", ["a", "b"], "keys"), "The keys are a, b");
        assert.equal(didYouMean("colour", [], "keys"), "There are no keys");
    });

    it("never throws, and only names what is known", () => {
        fc.assert(
            fc.property(fc.string({ unit: "binary" }), fc.array(fc.string()), (word, known) => {
                const suggestion = nearest(word, known);
                assert.ok(suggestion === undefined || known.includes(suggestion));
            }),
        );
    });

    it("finds every known word from itself", () => {
        fc.assert(fc.property(fc.constantFrom(...keys), (word) => nearest(word, keys) === word));
    });
});

describe("values in errors", () => {
    it("are short, quoted and no keys", () => {
        assert.equal(show("x".repeat(100)), `"${"x".repeat(80)}..."`);
        assert.equal(show('a"b'), '"a\\"b"');
        assert.equal(show("-----BEGIN RSA PRIVATE KEY-----"), "a private key (not shown)");
        assert.deepEqual([null, [], [1], {}, 3, true].map(show), [
            "nothing",
            "an empty list",
            "a list",
            "a map",
            "3",
            "true",
        ]);
    });
});

describe("syntax", () => {
    it("tells networks apart", () => {
        assert.ok(isInNetwork("10.42.255.255", "10.42.0.0/16"));
        assert.ok(!isInNetwork("10.43.0.0", "10.42.0.0/16"));
        assert.ok(isInNetwork("1.2.3.4", "0.0.0.0/0"));
        assert.ok(isInNetwork("1.2.3.4", "1.2.3.4/32"));
        assert.ok(!isInNetwork("::1", "10.0.0.0/8"));
        assert.ok(!isInNetwork("10.0.0.1", "10.0.0.0"));
    });

    it("knows the labels that a node may not give itself", () => {
        const reserved = [
            "kubernetes.io/hostname",
            "node-role.kubernetes.io/x",
            "x.k8s.io/y",
            "a.node-restriction.kubernetes.io/b",
        ];
        const free = [
            "disk",
            "example.org/disk",
            "node.kubernetes.io/x",
            "topology.kubernetes.io/zone",
            "notkubernetes.io/x",
        ];
        assert.deepEqual(
            reserved.filter((key) => !isReservedLabel(key)),
            [],
        );
        assert.deepEqual(free.filter(isReservedLabel), []);
    });

    it("reads taints", () => {
        assert.deepEqual(parseTaint("a.b/c=d:NoExecute"), { key: "a.b/c", value: "d", effect: "NoExecute" });
        assert.deepEqual(parseTaint("a:NoExecute"), { key: "a", value: "", effect: "NoExecute" });
        for (const bad of ["", "a", ":x", "a=b=c:x", "a=b:c:d", "a b:x", "a=b c:x"])
            assert.equal(parseTaint(bad), undefined, bad);
    });

    it("wants images by tag or digest", () => {
        const digest = `@sha256:${"0".repeat(64)}`;
        const good = [
            "busybox:1.37",
            "a/b/c:v1",
            "host:5000/a:1",
            `busybox${digest}`,
            `busybox:latest${digest}`,
            "ghcr.io/a/b-c_d.e:1",
        ];
        const bad = ["busybox", "busybox:latest", "Busybox:1", "host:5000/a", "a:1@sha256:12", "", "a:b c"];
        assert.deepEqual(
            good.filter((image) => !isPinnedImage(image)),
            [],
        );
        assert.deepEqual(bad.filter(isPinnedImage), []);
    });
});
