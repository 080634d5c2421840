import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { changesOf } from "../../../lab/engine/executors/remote-command";
import { randomText } from "../../../lab/engine/executors/random";
import { changedPaths } from "../../../lab/engine/inputs";
import { decodeYaml } from "../../../lab/engine/invokes";
import { type Entry, Journal } from "../../../lab/engine/journal";
import { desiredObject, fieldManager, isSameObject, keepLive, kindOfType } from "../../../lab/engine/kube/objects";
import { type Neighbours, customCheck, readinessCheck } from "../../../lab/engine/kube/readiness";
import { takeLock } from "../../../lab/engine/lock";
import { Masker, looksLikeCredential } from "../../../lab/engine/mask";
import { durationSeconds } from "../../../lab/engine/messages";
import { ignoreChanges, parsePath } from "../../../lab/engine/property-path";
import { Lines } from "../../../lab/engine/ssh/exec";
import { aliasUrns, makeUrn, parseUrn, providerUrn } from "../../../lab/engine/urns";
import {
    type Wire,
    type WireObject,
    UNKNOWN,
    annotateSecrets,
    hasSecret,
    hasUnknown,
    plain,
    sameValue,
    secret,
    shown,
} from "../../../lab/engine/wire";

describe("engine: the wire form", () => {
    it("takes secrets off, and shows them hidden, at any depth", () => {
        const value = { a: [1, secret({ b: secret("x") })], c: UNKNOWN };
        assert.deepEqual(plain(value), { a: [1, { b: "x" }], c: UNKNOWN });
        assert.deepEqual(shown(value), { a: [1, "[secret]"], c: "[unknown]" });
        assert.equal(hasSecret(value) && hasUnknown(value), true);
        assert.equal(sameValue({ a: "x" }, { a: secret("x") }), true);
    });

    it("marks the outputs of secret inputs: objects at the leaf, lists whole", () => {
        const inputs: WireObject = {
            data: { a: secret("x"), b: "y" },
            list: ["p", secret("q")],
            whole: secret({ k: 1 }),
        };
        const outputs: WireObject = { data: { a: "x", b: "y", c: "z" }, list: ["p", "q"], whole: { k: 1 }, other: 2 };
        assert.deepEqual(annotateSecrets(outputs, inputs), {
            data: { a: secret("x"), b: "y", c: "z" },
            list: secret(["p", "q"]),
            whole: secret({ k: 1 }),
            other: 2,
        });
    });
});

describe("engine: property paths", () => {
    it("are read as Pulumi writes them", () => {
        assert.deepEqual(parsePath('a.b[0]["x.y"].c[*]'), ["a", "b", 0, "x.y", "c", "*"]);
        assert.throws(() => parsePath("a[b"), /can't be read at '\[b'/);
    });

    const olds: WireObject = { a: 1, spec: { image: "old", env: [{ name: "x", value: "1" }] } };
    const CASES: [paths: string[], news: WireObject, wanted: WireObject][] = [
        [["spec.image"], { a: 2, spec: { image: "new" } }, { a: 2, spec: { image: "old" } }],
        [["spec"], { a: 2, spec: {} }, { a: 2, spec: olds.spec ?? null }],
        [["*"], { a: 2, b: 3 }, olds],
        [
            ["spec.env[0].value"],
            { spec: { env: [{ name: "x", value: "2" }] } },
            { spec: { env: [{ name: "x", value: "1" }] } },
        ],
        [["b"], { a: 1, b: 2 }, { a: 1 }],
        [["spec.image"], { a: secret("s") }, { a: secret("s") }],
    ];
    for (const [paths, news, wanted] of CASES) {
        it(`ignores changes of ${paths.join()} in ${JSON.stringify(news)}`, () => {
            assert.deepEqual(ignoreChanges(news, olds, paths), wanted);
        });
    }

    it("name what changed without values", () => {
        const news = { a: 1, spec: { image: "new", env: [{ name: "x", value: "2" }], more: true } };
        assert.equal(changedPaths(olds, news), "spec.env[0].value, spec.image, spec.more");
        assert.equal(changedPaths({ a: secret({ k: 1 }) }, { a: secret({ k: 2 }) }), "a");
    });
});

describe("engine: URNs", () => {
    const project = { stack: "lab", project: "p" };
    const stack = makeUrn(project, "", "pulumi:pulumi:Stack", "p-lab");
    const group = makeUrn(project, stack, "t:index:Group", "app");

    it("hold the parents' types, but not the stack's", () => {
        assert.equal(group, "urn:pulumi:lab::p::t:index:Group::app");
        const child = makeUrn(project, group, "x:y:Z", "a::b");
        assert.equal(child, "urn:pulumi:lab::p::t:index:Group$x:y:Z::a::b");
        assert.deepEqual(parseUrn(child), {
            stack: "lab",
            project: "p",
            qualifiedType: "t:index:Group$x:y:Z",
            type: "x:y:Z",
            name: "a::b",
        });
        assert.equal(providerUrn(`${child}::id`), child);
    });

    it("have aliases of their own, and their parent's", () => {
        const present = { ...project, type: "x:y:Z", name: "app-db", parentUrn: group };
        assert.deepEqual(aliasUrns(present, [{ name: "old-db" }, { noParent: true }], new Map()), [
            "urn:pulumi:lab::p::t:index:Group$x:y:Z::old-db",
            "urn:pulumi:lab::p::x:y:Z::app-db",
        ]);
        const former = new Map([[group, "urn:pulumi:lab::p::t:index:Old::was"]]);
        assert.deepEqual(aliasUrns(present, [], former), ["urn:pulumi:lab::p::t:index:Old$x:y:Z::was-db"]);
    });
});

describe("engine: masking", () => {
    it("hides a secret in all the forms it takes in texts", () => {
        const masker = new Masker();
        const word = `pa"ss'w ord\\9`;
        masker.addWire({ password: secret(word) });
        for (const form of [
            word,
            JSON.stringify(word),
            `'${word.replaceAll("'", `'\\''`)}'`,
            Buffer.from(word).toString("base64"),
            encodeURIComponent(word),
        ]) {
            assert.match(masker.mask(`x ${form} y`), /^x ["']?\[secret\]["']? y$/);
        }
    });

    it("hides of a connection only what is secret: errors name the host", () => {
        const masker = new Masker();
        masker.addWire(
            secret({
                host: "192.0.2.11",
                user: "operator",
                privateKey: "PRIVATE-1",
                proxy: { host: "jumphost", password: "hidden-2" },
            }),
        );
        assert.equal(
            masker.mask("operator@192.0.2.11 jumphost PRIVATE-1 hidden-2"),
            "operator@192.0.2.11 jumphost [secret] [secret]",
        );
    });

    it("hides the credentials inside a longer secret, and leaves its other words", () => {
        const masker = new Masker();
        const token = "K10c0ffeeC0FFEE0123456789::server:abc";
        masker.addWire(secret(`set -euo pipefail\ntoken=${token}\ncat /var/lib/rancher/k3s/server/token\n`));
        assert.equal(
            masker.mask(`cat /var/lib/rancher/k3s/server/token: ${token}`),
            "cat /var/lib/rancher/k3s/server/token: [secret]",
        );
    });

    it("tells credentials from paths, addresses and checksums", () => {
        assert.equal(looksLikeCredential("eyJhbGciOiJSUzI1NiIsImtpZCI6.abc"), true);
        for (const word of [
            "/var/lib/rancher/k3s/server/node-token",
            "https://192.0.2.1:6443",
            "a".repeat(63) + "1",
            "k3s.drainTimeoutSeconds",
        ]) {
            assert.equal(looksLikeCredential(word), false, word);
        }
    });

    it("leaves no known secret in any text", () => {
        fc.assert(
            fc.property(fc.string({ minLength: 6 }), fc.string(), fc.string(), (word, before, after) => {
                fc.pre(word.trim().length >= 6 && !"[secret]".includes(word) && !word.includes("secret"));
                const masker = new Masker();
                masker.add(word);
                return !masker.mask(before + word + after).includes(word);
            }),
        );
    });
});

describe("engine: the journal", function () {
    this.timeout(20_000);
    const folder = mkdtempSync(join(tmpdir(), "engine-journal-"));
    after(() => {
        rmSync(folder, { recursive: true, force: true });
    });

    const entry = (urn: string, outputs: WireObject): Entry => ({
        urn,
        type: "t",
        name: "n",
        parentUrn: "",
        custom: true,
        id: "i",
        inputs: {},
        outputs,
        dependencies: [],
        providerUrn: "",
        protect: false,
        retainOnDelete: false,
        deletedWith: "",
    });

    it("gives back what was put, and holds no secret plainly", async () => {
        const options = { stateDir: folder, project: "p", stack: "s", passphrase: "words" };
        const journal = await Journal.open(options);
        const outputs: WireObject = { a: secret("canary-value"), b: [secret({ c: 1 }), "plain-value"] };
        await Promise.all([journal.put(entry("one", outputs)), journal.put(entry("two", {}))]);
        await journal.setOutputs({ out: secret("canary-output") });
        const text = readFileSync(join(folder, "journal.json"), "utf8");
        assert.doesNotMatch(text, /canary/);
        assert.match(text, /plain-value/);
        const again = await Journal.open(options);
        assert.deepEqual(again.get("one"), entry("one", outputs));
        assert.deepEqual(again.outputs, { out: secret("canary-output") });
        await again.put(entry("three", {}), "two");
        assert.deepEqual(
            (await Journal.open(options)).entries().map(({ urn }) => urn),
            ["one", "three"],
        );
    });

    it("is locked by one run at a time", async () => {
        const file = join(folder, "lock");
        const release = await takeLock(file);
        await assert.rejects(takeLock(file), new RegExp(`another run holds .* \\(process ${process.pid}`));
        await release();
        await (
            await takeLock(file)
        )();
    });
});

describe("engine: small readers", () => {
    it("read the last line of a step", () => {
        assert.deepEqual(changesOf('progress\n{"changes":["a"]}'), ["a"]);
        assert.deepEqual(changesOf('{"changes":[]}\n'), []);
        for (const other of ["", "text", "{broken", '{"facts":1}']) {
            assert.equal(changesOf(other), undefined);
        }
    });

    it("read durations", () => {
        assert.equal(durationSeconds("1h2m3s"), 3723);
        assert.equal(durationSeconds("90s"), 90);
        assert.equal(durationSeconds(""), undefined);
    });

    it("cut streams into lines, keeping characters whole", () => {
        const lines: string[] = [];
        const reader = new Lines((line) => lines.push(line));
        const bytes = Buffer.from("één\ntwee\ndrie");
        for (const byte of bytes) {
            reader.push(Buffer.from([byte]));
        }
        reader.end();
        assert.deepEqual(lines, ["één", "twee", "drie"]);
    });

    it("take YAML apart, lists too, and fill in a namespace", () => {
        const text = "a: 1\n---\nkind: ConfigMapList\nitems:\n- {kind: ConfigMap, metadata: {name: x}}\n";
        assert.deepEqual(decodeYaml({ text, defaultNamespace: "blog" }), [
            { a: 1, metadata: { namespace: "blog" } },
            { kind: "ConfigMap", metadata: { name: "x", namespace: "blog" } },
        ]);
        assert.throws(() => decodeYaml({ text: "a: [" }), /can't be read/);
    });

    it("make random texts of the wanted kind", () => {
        fc.assert(
            fc.property(fc.integer({ min: 8, max: 64 }), (length) => {
                const text = randomText({ length, special: false, minUpper: 2, minNumeric: 2 });
                return (
                    text.length === length &&
                    /^[A-Za-z0-9]+$/.test(text) &&
                    (text.match(/[A-Z]/g) ?? []).length >= 2 &&
                    (text.match(/\d/g) ?? []).length >= 2
                );
            }),
        );
        assert.match(
            randomText({ length: 9, lower: false, upper: false, numeric: false, overrideSpecial: "_" }),
            /^_{9}$/,
        );
        assert.throws(() => randomText({ length: 1, minLower: 2 }), /length is 1/);
    });
});

describe("engine: Kubernetes objects, pure", () => {
    const resource = { name: "web", urn: "urn", seed: "seed" };

    it("read types", () => {
        assert.deepEqual(kindOfType("kubernetes:core/v1:Service"), { apiVersion: "v1", kind: "Service" });
        assert.deepEqual(kindOfType("kubernetes:apps/v1:DeploymentPatch"), {
            apiVersion: "apps/v1",
            kind: "Deployment",
        });
        assert.notEqual(
            fieldManager("kubernetes:apps/v1:DeploymentPatch", "a"),
            fieldManager("kubernetes:apps/v1:DeploymentPatch", "b"),
        );
        assert.equal(fieldManager("kubernetes:apps/v1:Deployment", "a"), "pulumi-lab");
    });

    it("name what has no name, steadily, and keep a name that was given", () => {
        const first = desiredObject({ kind: "X", __internal: 1 }, resource, "");
        assert.deepEqual(first, desiredObject({ kind: "X" }, resource, ""));
        assert.match(JSON.stringify(first), /"name":"web-[0-9a-f]{8}"/);
        assert.match(JSON.stringify(desiredObject({ kind: "X" }, resource, "web-old")), /"name":"web-old"/);
        const named = { kind: "X", metadata: { name: "given" } };
        assert.deepEqual(desiredObject(named, resource, "web-old"), named);
    });

    it("keep the live value of what is ignored, item by item, and own nothing new", () => {
        const object = {
            metadata: { name: "w" },
            spec: {
                replicas: 2,
                containers: [
                    { name: "web", image: "boot" },
                    { name: "side", image: "s" },
                ],
            },
        };
        const live: WireObject = {
            metadata: { name: "w", uid: "u" },
            spec: {
                replicas: 5,
                paused: false,
                containers: [
                    { name: "side", image: "s2" },
                    { name: "web", image: "ci", tty: true },
                ],
            },
        };
        assert.deepEqual(keepLive(object, live, ["spec"]).spec, {
            replicas: 5,
            containers: [
                { name: "web", image: "ci" },
                { name: "side", image: "s2" },
            ],
        });
        assert.deepEqual(keepLive(object, live, ["spec.containers[0].image"]).spec, {
            replicas: 2,
            containers: [
                { name: "web", image: "ci" },
                { name: "side", image: "s" },
            ],
        });
    });

    it("see a change of what counts only", () => {
        const before = {
            metadata: { name: "x", resourceVersion: "1", generation: 1 },
            status: { a: 1 },
            data: { k: "v" },
        };
        const touched = { ...before, metadata: { name: "x", resourceVersion: "2", generation: 1 }, status: { a: 2 } };
        assert.equal(isSameObject(before, touched), true);
        assert.equal(isSameObject(before, { ...touched, data: { k: "w" } }), false);
    });
});

describe("engine: readiness", () => {
    const neighbours: Neighbours = {
        endpoints: (_namespace, service) => Promise.resolve(service === "up" ? 1 : 0),
        bindingMode: (name) => Promise.resolve(name === "now" ? "Immediate" : "WaitForFirstConsumer"),
        service: (_namespace, name) =>
            Promise.resolve(name === "none" ? undefined : { spec: { selector: { a: "b" } } }),
    };
    const pathTo = (name: string): Wire => ({ http: { paths: [{ backend: { service: { name } } }] } });
    const address = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
    const CASES: [kind: string, what: string, object: WireObject, state: string][] = [
        [
            "apps/v1/Deployment",
            "old generation",
            {
                metadata: { generation: 2 },
                status: { observedGeneration: 1, updatedReplicas: 1, availableReplicas: 1, replicas: 1 },
            },
            "waiting",
        ],
        [
            "apps/v1/Deployment",
            "rolled out",
            {
                metadata: { generation: 2 },
                spec: { replicas: 2 },
                status: { observedGeneration: 2, updatedReplicas: 2, availableReplicas: 2, replicas: 2 },
            },
            "ready",
        ],
        [
            "apps/v1/Deployment",
            "old pods left",
            { spec: { replicas: 1 }, status: { updatedReplicas: 1, availableReplicas: 1, replicas: 2 } },
            "waiting",
        ],
        ["apps/v1/Deployment", "no replicas wanted", { spec: { replicas: 0 } }, "ready"],
        [
            "apps/v1/Deployment",
            "stuck",
            { status: { conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }] } },
            "failed",
        ],
        [
            "apps/v1/StatefulSet",
            "one of two",
            { spec: { replicas: 2 }, status: { readyReplicas: 1, updatedReplicas: 2 } },
            "waiting",
        ],
        [
            "apps/v1/StatefulSet",
            "all",
            { spec: { replicas: 2 }, status: { readyReplicas: 2, updatedReplicas: 2 } },
            "ready",
        ],
        [
            "apps/v1/DaemonSet",
            "one missing",
            { status: { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 } },
            "waiting",
        ],
        ["batch/v1/Job", "running", { status: { active: 1 } }, "waiting"],
        ["batch/v1/Job", "complete", { status: { conditions: [{ type: "Complete", status: "True" }] } }, "ready"],
        [
            "batch/v1/Job",
            "failed",
            { status: { conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }] } },
            "failed",
        ],
        ["v1/Pod", "done", { status: { phase: "Succeeded" } }, "ready"],
        ["v1/Service", "no endpoints", { metadata: { name: "down" }, spec: { selector: { a: "b" } } }, "waiting"],
        ["v1/Service", "endpoints", { metadata: { name: "up" }, spec: { selector: { a: "b" } } }, "ready"],
        [
            "v1/Service",
            "headless",
            { metadata: { name: "down" }, spec: { clusterIP: "None", selector: { a: "b" } } },
            "ready",
        ],
        ["v1/Service", "without selector", { metadata: { name: "down" }, spec: {} }, "ready"],
        [
            "v1/Service",
            "load balancer without address",
            { metadata: { name: "up" }, spec: { type: "LoadBalancer" } },
            "waiting",
        ],
        [
            "v1/PersistentVolumeClaim",
            "pending at once",
            { spec: { storageClassName: "now" }, status: { phase: "Pending" } },
            "waiting",
        ],
        ["v1/PersistentVolumeClaim", "pending until used", { status: { phase: "Pending" } }, "ready"],
        ["v1/Namespace", "active", { status: { phase: "Active" } }, "ready"],
        [
            "networking.k8s.io/v1/Ingress",
            "no backend",
            { spec: { rules: [pathTo("none")] }, status: address },
            "waiting",
        ],
        ["networking.k8s.io/v1/Ingress", "no address", { spec: { rules: [pathTo("up")] } }, "waiting"],
        ["networking.k8s.io/v1/Ingress", "both", { spec: { rules: [pathTo("up")] }, status: address }, "ready"],
        [
            "apiextensions.k8s.io/v1/CustomResourceDefinition",
            "established",
            { status: { conditions: [{ type: "Established", status: "True" }] } },
            "ready",
        ],
    ];
    for (const [kind, what, object, state] of CASES) {
        it(`${kind}, ${what}: ${state}`, async () => {
            const split = kind.lastIndexOf("/");
            const check = readinessCheck(kind.slice(0, split), kind.slice(split + 1));
            assert.ok(check);
            assert.equal((await check(object, neighbours)).state, state);
        });
    }

    it("waits for nothing it doesn't know", () => {
        assert.equal(readinessCheck("v1", "ConfigMap"), undefined);
        assert.equal(readinessCheck("example.org/v1", "Service"), undefined);
    });

    it("waits for what an annotation names", async () => {
        const object = { status: { phase: "Up", conditions: [{ type: "Ready", status: "True" }] } };
        const EXPRESSIONS: [expression: string, state: string][] = [
            ["condition=Ready", "ready"],
            ["condition=Ready=False", "waiting"],
            ["jsonpath={.status.phase}=Up", "ready"],
            ["jsonpath={.status.phase}", "ready"],
            ["jsonpath={.status.other}", "waiting"],
        ];
        for (const [expression, state] of EXPRESSIONS) {
            assert.equal((await customCheck(expression)(object, neighbours)).state, state, expression);
        }
        assert.throws(() => customCheck("jsonpath={.a[0]}"), /can't wait for/);
    });
});
