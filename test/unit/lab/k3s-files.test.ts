import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { releaseBefore, standInFiles } from "../../../lab/k3s-files";

describe("lab: k3s's files", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "k3s-"));
        writeFileSync(join(folder, "version"), "v1.35.4+k3s1\n");
    });
    afterEach(() => {
        rmSync(folder, { recursive: true });
    });

    it("reads a stand-in's folder as it reads a release's", () => {
        const sums = "aa  k3s\nbb *k3s-airgap-images-amd64.tar.zst\n";
        writeFileSync(join(folder, "sha256sum-amd64.txt"), sums);
        assert.deepEqual(standInFiles(folder), {
            source: "file",
            version: "v1.35.4+k3s1",
            binary: { path: join(folder, "k3s"), sha256: "aa" },
            airgapImages: { path: join(folder, "k3s-airgap-images-amd64.tar.zst"), sha256: "bb" },
        });
    });

    it("names a file that has no sum", () => {
        writeFileSync(join(folder, "sha256sum-amd64.txt"), "aa  k3s\n");
        assert.throws(() => standInFiles(folder), {
            message: `${folder}/sha256sum-amd64.txt has no sum for k3s-airgap-images-amd64.tar.zst`,
        });
    });

    it("finds the newest release before another", () => {
        const known = ["v1.36.4+k3s1", "v1.35.9+k3s1", "v1.36.4+k3s2", "v1.36.5+k3s1", "latest"];
        assert.equal(releaseBefore("v1.36.5+k3s1", known), "v1.36.4+k3s2");
        assert.equal(releaseBefore("v1.36.4+k3s1", known), "v1.35.9+k3s1");
        assert.throws(() => releaseBefore("v1.35.9+k3s1", known), {
            message: `no k3s release before v1.35.9+k3s1 is known, only ${known.join(", ")}; add one: npm run k3s:pin -- <version>`,
        });
    });
});
