import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { renderManifests } from "../../../stacks/render/manifests";

const root = path.resolve(__dirname, "../../..");

function object(kind: string, name: string, namespace?: string) {
    return { apiVersion: "v1", kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
}

/** Every file below a folder, path to text. */
function filesBelow(folder: string): Record<string, string> {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return Object.fromEntries(
        entries.map((entry) => {
            const file = path.join(entry.parentPath, entry.name);
            return [path.relative(folder, file), readFileSync(file, "utf8")];
        }),
    );
}

describe("rendered manifests", () => {
    it("number each namespace's objects in order of provisioning, whatever the order of registration", () => {
        const files = renderManifests([
            object("Ingress", "web", "blog"),
            object("Deployment", "web", "blog"),
            object("ConfigMap", "b", "blog"),
            object("ConfigMap", "a", "blog"),
            object("Namespace", "blog"),
            object("Namespace", "cache"),
        ]);
        assert.deepEqual(
            files.map((file) => file.path),
            [
                "blog/00-namespace-blog.yaml",
                "blog/01-configmap-a.yaml",
                "blog/02-configmap-b.yaml",
                "blog/03-deployment-web.yaml",
                "blog/04-ingress-web.yaml",
                "blog/kustomization.yaml",
                "cache/00-namespace-cache.yaml",
                "cache/kustomization.yaml",
            ],
        );
    });

    it("hold no Secret and nothing of the cluster as a whole", () => {
        assert.deepEqual(renderManifests([object("Secret", "s", "blog"), object("ClusterRole", "r")]), []);
    });

    it("in deploy/ are what the program says; if not: npm run render", function () {
        this.timeout(60_000);
        const out = mkdtempSync(path.join(tmpdir(), "render-"));
        try {
            const { status, stderr } = spawnSync(
                "node_modules/.bin/ts-node",
                ["--transpile-only", "stacks/render/cli.ts", "--out", out],
                { cwd: root, encoding: "utf8" },
            );
            assert.equal(status, 0, stderr);
            assert.deepEqual(filesBelow(path.join(root, "deploy")), filesBelow(out));
        } finally {
            rmSync(out, { recursive: true });
        }
    });
});
