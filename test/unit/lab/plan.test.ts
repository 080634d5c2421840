import assert from "node:assert/strict";
import { choiceOf, notHad, plan, type Probe, type Reach } from "../../../lab/setup/plan";

const yes: Probe = { ok: true };
const no = (why: string): Probe => ({ ok: false, why });

describe("lab: where each part comes from", () => {
    const everything: Reach = { k3sRelease: yes, registry: yes, pulumi: yes };
    const nothing: Reach = {
        k3sRelease: no("github.com: ENOTFOUND"),
        registry: no("registry-1.docker.io: no answer within 3 s"),
        pulumi: no("get.pulumi.com answers 403"),
    };

    it("takes the official part wherever it can be had", () => {
        const parts = plan(everything);
        assert.deepEqual(
            parts.map(({ part, choice }) => [part, choice]),
            [
                ["engine", "official"],
                ["k3s", "official"],
                ["images", "official"],
                ["laptops", "official"],
            ],
        );
        assert.deepEqual(notHad(parts), []);
    });

    it("names every part that could not be had, why, and what stands in", () => {
        assert.deepEqual(notHad(plan(nothing)), [
            "engine: Pulumi's CLI and plugins can't be downloaded (get.pulumi.com answers 403); the lab's own engine runs the program (lab/engine)",
            "k3s: the release on GitHub can't be reached (github.com: ENOTFOUND); Kubernetes built from Go modules behind k3s's interface (lab/k3s)",
            "images: docker.io can't be reached (registry-1.docker.io: no answer within 3 s); images built here from Go modules and Debian packages",
            "laptops: no Ubuntu image can be had: docker.io can't be reached (registry-1.docker.io: no answer within 3 s); Debian 12 from its packages",
        ]);
    });

    it("does not call Pulumi had when only its CLI is there", () => {
        const [engine] = plan({ ...nothing, pulumiOnPath: { version: "3.248.0", hasPlugins: false } });
        assert.equal(engine?.choice, "stand-in");
        assert.match(engine.reason, /^pulumi 3\.248\.0 is on PATH, but its plugins can't be downloaded/);
    });

    it("takes a Pulumi on PATH whose plugins are installed, without asking for a download", () => {
        const [engine] = plan({ ...nothing, pulumiOnPath: { version: "3.248.0", hasPlugins: true } });
        assert.equal(engine?.choice, "official");
        assert.equal(engine.what, "pulumi 3.248.0 on PATH");
    });

    const table: [string, Partial<Reach>, [string, string, string]][] = [
        ["release without a registry", { registry: no("x") }, ["official", "official", "stand-in"]],
        ["registry without a release", { k3sRelease: no("x") }, ["stand-in", "stand-in", "official"]],
        ["only Pulumi lacking", { pulumi: no("x") }, ["official", "official", "official"]],
    ];
    for (const [name, reach, wanted] of table) {
        it(`chooses k3s, images and laptops one by one: ${name}`, () => {
            const parts = plan({ ...everything, ...reach });
            assert.deepEqual([choiceOf(parts, "k3s"), choiceOf(parts, "images"), choiceOf(parts, "laptops")], wanted);
        });
    }

    it("takes the release's air-gap images where no registry answers", () => {
        const images = plan({ ...everything, registry: no("x") }).find(({ part }) => part === "images");
        assert.equal(images?.what, "the air-gap images of k3s's release");
    });
});
