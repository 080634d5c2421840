import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { generated } from "../../../stacks/settings/generate";
import { NAMESPACE } from "../../../stacks/settings/config";
import { parse as parseStackFile } from "./fixture";

const ROOT = join(__dirname, "../../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

describe("generated files", function () {
    this.timeout(20_000);
    it("are what the schemas say: npx ts-node -T stacks/settings/generate.ts", async () => {
        for (const [path, text] of Object.entries(await generated()))
            assert.equal(read(path), text, `${path} is stale`);
    });

    it("Pulumi.yaml is what Pulumi's own schema for project files allows", () => {
        const project = parse(read("Pulumi.yaml")) as { name: string; config: Record<string, Record<string, unknown>> };
        assert.equal(project.name, NAMESPACE);
        for (const [key, declaration] of Object.entries(project.config)) {
            const known = ["type", "items", "description", "default", "secret"];
            assert.deepEqual(
                Object.keys(declaration).filter((name) => !known.includes(name)),
                [],
                key,
            );
            assert.ok(["string", "integer", "boolean", "array", "object"].includes(String(declaration.type)), key);
            assert.equal(declaration.type === "array", declaration.items !== undefined, key);
        }
    });

    it("Pulumi.yaml gives a default to every section that may be left out, or Pulumi refuses the stack", () => {
        const { config } = parse(read("Pulumi.yaml")) as { config: Record<string, { default?: unknown }> };
        const without = Object.keys(config).filter((key) => config[key]!.default === undefined);
        assert.deepEqual(without, ["domain", "laptops", "ssh"]);
    });

    it("a section that is all default means the same as a section left out", () => {
        const { config } = parse(read("Pulumi.yaml")) as { config: Record<string, { default?: unknown }> };
        const defaults = Object.entries(config).flatMap(([key, { default: value }]) =>
            value === undefined ? [] : [`  onprem-blog:${key}: ${JSON.stringify(value)}\n`],
        );
        const text = read("test/fixtures/valid/minimal.yaml");
        assert.deepEqual(parseStackFile(text + defaults.join("")), parseStackFile(text));
    });
});

describe("committed stack files", function () {
    this.timeout(20_000);
    it("hold no ciphertext", () => {
        for (const name of ["production", "lab"])
            assert.doesNotMatch(read(`Pulumi.${name}.yaml`), /secure:|encryptionsalt/);
    });

    it("production can be previewed on a machine without access to the laptops", () => {
        const result = parseStackFile(read("Pulumi.production.yaml"), { dryRun: true });
        assert.ok(result.ok, JSON.stringify(result));
    });

    it("the lab's lacks only what the lab fills in", () => {
        const result = parseStackFile(read("Pulumi.lab.yaml"));
        assert.ok(!result.ok);
        assert.deepEqual(
            result.faults.map(({ path }) => path.join(".")),
            [
                "laptops.0.hostKey",
                "laptops.1.hostKey",
                "ssh",
                "k3s.binary.path",
                "k3s.airgapImages.path",
                "k3s.airgapImages.sha256",
            ],
        );
    });
});
