import assert from "node:assert/strict";
import { type FakeObject, FakeApi } from "./fake-api";
import { TestStack, secure } from "./stack";

const CANARY = "canary-9Kp3-secret";

describe("engine: Kubernetes objects", function () {
    this.timeout(60_000);
    let api: FakeApi;
    const stacks: TestStack[] = [];

    beforeEach(async () => {
        api = new FakeApi();
        await api.start();
    });

    afterEach(() => {
        api.stop();
        stacks.splice(0).forEach((stack) => {
            stack.remove();
        });
    });

    function config(objects: unknown[], more: Record<string, unknown> = {}): Record<string, unknown> {
        return { kubeconfig: secure(api.kubeconfig), objects, ...more };
    }

    function stackOf(objects: unknown[], more: Record<string, unknown> = {}): TestStack {
        const stack = new TestStack("objects", config(objects, more));
        stacks.push(stack);
        return stack;
    }

    function configMap(name: string, data: Record<string, string>, more: object = {}): Record<string, unknown> {
        const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "blog" }, data };
        return { type: "kubernetes:core/v1:ConfigMap", name, object, ...more };
    }

    it("previews without a request, applies as its own manager, and sees what changed", async () => {
        const stack = stackOf([configMap("one", { a: "1" })]);
        const planned = await stack.preview();
        assert.deepEqual(planned.errors, []);
        assert.deepEqual(planned.shownOutputs, { names: ["one"], uids: ["[unknown]"] });
        assert.equal(api.requests.length, 0);

        const first = await stack.up();
        assert.deepEqual(first.errors, []);
        assert.equal(first.statuses.one, "created");
        const [patch] = api.requests.filter(({ method }) => method === "PATCH");
        assert.equal(patch?.path, "/api/v1/namespaces/blog/configmaps/one");
        assert.equal(patch.query.get("fieldManager"), "pulumi-lab");
        assert.equal(patch.query.get("force"), "true");

        assert.equal((await stack.up()).statuses.one, "unchanged");

        stack.configure(config([configMap("one", { a: "2" })]));
        const change = await stack.preview();
        assert.equal(change.resources.find(({ name }) => name === "one")?.detail, "data.a");
        const third = await stack.up();
        assert.deepEqual([third.statuses.one, third.statuses.cluster], ["changed", "unchanged"]);
    });

    it("puts an object changed by someone else back", async () => {
        const stack = stackOf([configMap("one", { a: "1" })]);
        await stack.up();
        const [object] = [...api.objects.values()];
        (object as unknown as { data: Record<string, string> }).data.a = "edited";
        const run = await stack.up();
        assert.equal(run.statuses.one, "changed");
        assert.deepEqual([...api.objects.values()][0]?.data, { a: "1" });
    });

    it("makes nothing that is there already, unless the provider says so", async () => {
        await stackOf([configMap("one", { a: "theirs" })]).up();
        const [object] = [...api.objects.values()];
        const refused = await stackOf([configMap("one", { a: "ours" })]).up();
        assert.match(
            refused.errors.join("\n"),
            /ConfigMap blog\/one exists already; the provider's upsertExistingObjects would take it over/,
        );
        assert.deepEqual(object?.data, { a: "theirs" });
        const taken = await stackOf([configMap("one", { a: "ours" })], { upsert: true }).up();
        assert.deepEqual(taken.errors, []);
        assert.deepEqual([...api.objects.values()][0]?.data, { a: "ours" });
    });

    it("leaves what is ignored as it is in the cluster", async () => {
        const stack = stackOf([configMap("one", { a: "1", b: "1" }, { ignoreChanges: ["data.a"] })]);
        await stack.up();
        const [object] = [...api.objects.values()];
        (object as unknown as { data: Record<string, string> }).data.a = "by the CI";
        stack.configure(config([configMap("one", { a: "9", b: "2" }, { ignoreChanges: ["data.a"] })]));
        const run = await stack.up();
        assert.deepEqual(run.errors, []);
        assert.deepEqual([...api.objects.values()][0]?.data, { a: "by the CI", b: "2" });
    });

    it("makes up a name that stays, and puts it where the provider says", async () => {
        const unnamed = {
            type: "kubernetes:core/v1:ConfigMap",
            name: "auto",
            object: { apiVersion: "v1", kind: "ConfigMap", data: { a: "1" } },
        };
        const stack = stackOf([unnamed], { namespace: "by-provider" });
        const first = await stack.up();
        const [name = ""] = first.outputs.names as string[];
        assert.match(name, /^auto-[0-9a-f]{8}$/);
        assert.deepEqual([...api.objects.keys()], [`/api/v1/namespaces/by-provider/configmaps/${name}`]);
        const second = await stack.up();
        assert.deepEqual(second.outputs.names, [name]);
        assert.equal(second.statuses.auto, "unchanged");
    });

    it("deletes what left the program, dependents first, and all of it on destroy", async () => {
        const stack = stackOf([configMap("one", {}), configMap("two", {}, { after: ["one"] })]);
        await stack.up();
        stack.configure(config([]));
        const run = await stack.up();
        assert.deepEqual(run.errors, []);
        assert.equal(run.counts.deleted, 2);
        assert.deepEqual(
            api.sent("DELETE").map((path) => path.split("/").at(-1)),
            ["two", "one"],
        );
        stack.configure(config([configMap("one", {})]));
        await stack.up();
        assert.deepEqual((await stack.destroy()).errors, []);
        assert.equal(api.objects.size, 0);
    });

    it("deletes the old object when its name changed", async () => {
        const stack = stackOf([configMap("one", {})]);
        await stack.up();
        const renamed = configMap("one", {});
        (renamed.object as FakeObject).metadata.name = "other";
        stack.configure(config([renamed]));
        const run = await stack.up();
        assert.deepEqual(run.errors, []);
        assert.deepEqual([...api.objects.keys()], ["/api/v1/namespaces/blog/configmaps/other"]);
    });

    it("keeps a Secret's contents secret", async () => {
        const object = {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "s", namespace: "blog" },
            data: { password: Buffer.from(CANARY).toString("base64") },
        };
        const stack = stackOf([{ type: "kubernetes:core/v1:Secret", name: "s", object }]);
        const run = await stack.up();
        assert.deepEqual(run.errors, []);
        const entry = stack.journal.split("\n").find((line) => line.includes('::s"'));
        const outputs = (entry ?? "").slice((entry ?? "").indexOf('"outputs"'));
        assert.equal(outputs.includes(Buffer.from(CANARY).toString("base64")), false);
        assert.equal(stack.journal.includes("kubeconfig-Canary"), false);
    });

    const job = (image: string, more: object = {}) => ({
        type: "kubernetes:batch/v1:Job",
        name: "job",
        object: { apiVersion: "batch/v1", kind: "Job", metadata: { name: "job", namespace: "blog" }, spec: { image } },
        ...more,
    });
    const complete = { conditions: [{ type: "Complete", status: "True" }] };
    const immutable = (before: FakeObject | undefined, applied: FakeObject) =>
        before && JSON.stringify(before.spec) !== JSON.stringify(applied.spec)
            ? 'Job.batch "job" is invalid: spec.template: Invalid value: field is immutable'
            : undefined;

    it("replaces what can't be changed in place, unless it is protected", async () => {
        api.status = () => complete;
        api.refuse = immutable;
        const stack = stackOf([job("a")]);
        await stack.up();
        stack.configure(config([job("b")]));
        const run = await stack.up();
        assert.deepEqual(run.errors, []);
        assert.equal(run.statuses.job, "changed");
        assert.match(run.said, /Job blog\/job is deleted and made again: .*immutable/);

        stack.configure(config([job("b", { protect: true })]));
        await stack.up();
        stack.configure(config([job("c", { protect: true })]));
        const refused = await stack.up();
        assert.match(refused.errors[0] ?? "", /have to be replaced, and the resource is protected/);
    });

    it("says why an object does not get ready: conditions, events, and the last lines of its pods", async () => {
        const labels = { app: "web" };
        const deployment = {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "web", namespace: "blog", annotations: { "pulumi.com/timeoutSeconds": "1" } },
            spec: { replicas: 1, selector: { matchLabels: labels } },
        };
        api.objects.set("/api/v1/namespaces/blog/pods/web-1", {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: "web-1", namespace: "blog", labels },
        });
        api.objects.set("/api/v1/namespaces/blog/events/e", {
            apiVersion: "v1",
            kind: "Event",
            metadata: { name: "e", namespace: "blog" },
            type: "Warning",
            reason: "BackOff",
            message: "Back-off restarting failed container",
            count: 4,
        });
        api.log = "starting\nno database at db:3306\n";
        api.status = (object) =>
            object.kind === "Pod"
                ? {
                      phase: "Running",
                      containerStatuses: [
                          {
                              name: "web",
                              ready: false,
                              restartCount: 2,
                              state: { waiting: { reason: "CrashLoopBackOff" } },
                          },
                      ],
                  }
                : object.kind === "Deployment"
                  ? {
                        observedGeneration: 1,
                        conditions: [
                            { type: "Available", status: "False", reason: "Min", message: "no minimum availability" },
                        ],
                    }
                  : undefined;
        const stack = stackOf([{ type: "kubernetes:apps/v1:Deployment", name: "web", object: deployment }]);
        const run = await stack.up();
        assert.equal(run.statuses.web, "failed");
        const error = run.errors.join("\n");
        assert.match(error, /Deployment blog\/web is not ready after 1 s: 0 of 1 replicas are available/);
        assert.match(error, /condition Available=False: Min no minimum availability/);
        assert.match(error, /event of Pod web-1: BackOff: Back-off restarting failed container \(4 times\)/);
        assert.match(error, /container web: CrashLoopBackOff, 2 restarts/);
        assert.match(error, /\| no database at db:3306/);

        stack.configure(config([]));
        assert.equal((await stack.up()).statuses.web, "deleted", "what was made is remembered");
    });

    it("does not wait where the program says so", async () => {
        const object = {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "web", namespace: "blog", annotations: { "pulumi.com/skipAwait": "true" } },
            spec: { replicas: 1 },
        };
        const run = await stackOf([{ type: "kubernetes:apps/v1:Deployment", name: "web", object }]).up();
        assert.deepEqual(run.errors, []);
    });

    it("applies a patch as a manager of its own, and gives its fields up when it leaves", async () => {
        const patch = {
            type: "kubernetes:core/v1:ConfigMapPatch",
            name: "patch",
            object: {
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: { name: "one", namespace: "blog" },
                data: { b: "2" },
            },
        };
        const missing = await stackOf([patch]).up();
        assert.match(missing.errors[0] ?? "", /ConfigMap blog\/one is not there, so it can't be patched/);

        const stack = stackOf([configMap("one", { a: "1" }), { ...patch, after: ["one"] }]);
        assert.deepEqual((await stack.up()).errors, []);
        const managers = api.requests
            .filter(({ method }) => method === "PATCH")
            .map(({ query }) => query.get("fieldManager") ?? "");
        assert.equal(managers[0], "pulumi-lab");
        assert.match(managers[1] ?? "", /^pulumi-lab-[0-9a-f]{8}$/);

        stack.configure(config([configMap("one", { a: "1" })]));
        assert.deepEqual((await stack.up()).errors, []);
        assert.deepEqual(api.sent("DELETE"), []);
        const last = api.requests.filter(({ method }) => method === "PATCH").at(-1);
        assert.deepEqual(last?.body, {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "one", namespace: "blog" },
        });
    });

    it("never uses the ambient kubeconfig, and refuses lists", async () => {
        const run = await stackOf([configMap("one", {}, { noProvider: true })]).up();
        assert.match(run.errors[0] ?? "", /has no provider with a kubeconfig.*ambient kubeconfig is never used/);
        const list = { apiVersion: "v1", kind: "ConfigMapList", items: [] };
        const refused = await stackOf([{ type: "kubernetes:core/v1:ConfigMapList", name: "list", object: list }]).up();
        assert.match(refused.errors[0] ?? "", /a ConfigMapList is refused/);
    });

    it("takes a YAML group apart", async () => {
        const yaml = [
            "apiVersion: v1",
            "kind: ConfigMap",
            "metadata: {name: from-yaml, namespace: blog}",
            "---",
            "# nothing",
            "---",
            "apiVersion: v1",
            "kind: ConfigMap",
            "metadata: {name: another, namespace: blog}",
        ].join("\n");
        const run = await stackOf([], { yaml }).up();
        assert.deepEqual(run.errors, []);
        assert.deepEqual([...api.objects.keys()].map((path) => path.split("/").at(-1)).sort(), [
            "another",
            "from-yaml",
        ]);
    });
});
