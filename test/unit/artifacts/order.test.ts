import { strict as assert } from "node:assert";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { folderVariable } from "../../../lab/artifacts";
import { buildOrder } from "../../../lab/artifacts/order";
import { type ArtifactName, artifactNames, table } from "../../../lab/artifacts/table";

describe("buildOrder", () => {
    const graph: Partial<Record<ArtifactName, ArtifactName[]>> = {
        k3s: ["airgap-images", "containerd"],
        "airgap-images": ["image-pause", "image-busybox"],
    };
    const needs = (name: ArtifactName): ArtifactName[] => graph[name] ?? [];

    it("puts what is needed first, each artifact once", () => {
        assert.deepEqual(buildOrder(["k3s", "containerd", "image-pause"], needs), [
            "image-pause",
            "image-busybox",
            "airgap-images",
            "containerd",
            "k3s",
        ]);
    });

    it("builds nothing when nothing is asked for", () => {
        assert.deepEqual(buildOrder([], needs), []);
    });

    it("names the circle when artifacts need each other", () => {
        const circle = (name: ArtifactName): ArtifactName[] => (name === "k3s" ? ["containerd"] : ["k3s"]);
        assert.throws(() => buildOrder(["k3s"], circle), /artifacts need each other: k3s -> containerd -> k3s/);
    });
});

describe("the table of artifacts", () => {
    it("has an order", () => {
        const order = buildOrder(artifactNames, (name) => table[name].needs);
        assert.deepEqual(order.toSorted(), [...artifactNames].sort());
    });

    for (const name of artifactNames) {
        it(`${name}: its folder holds build.sh`, () => {
            const script = resolve(__dirname, "../../..", table[name].folder, "build.sh");
            assert.ok(existsSync(script), `${script} does not exist`);
        });
    }

    it("gives each needed folder a variable", () => {
        assert.equal(folderVariable("image-local-path-provisioner"), "ARTIFACT_IMAGE_LOCAL_PATH_PROVISIONER");
    });
});
