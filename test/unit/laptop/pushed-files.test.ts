import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { pushedFiles } from "../../../components/laptop";

describe("files that are pushed", () => {
    let folder: string;
    before(() => {
        folder = mkdtempSync(path.join(tmpdir(), "onprem-blog-"));
    });
    after(() => {
        rmSync(folder, { recursive: true });
    });

    it("count by their size, rounded up", () => {
        const file = path.join(folder, "k3s");
        writeFileSync(file, "");
        truncateSync(file, 80 * 2 ** 20 + 1);
        assert.deepEqual(pushedFiles({ source: "file", path: file }, { source: "file", path: file }), {
            binaryMiB: 81,
            airgapImagesMiB: 81,
        });
    });

    it("count nothing where they are downloaded, or not there in a preview", () => {
        const missing = path.join(folder, "missing");
        assert.deepEqual(pushedFiles({ source: "file", path: missing }, { source: "none" }), {
            binaryMiB: 0,
            airgapImagesMiB: 0,
        });
        assert.deepEqual(pushedFiles({ source: "release", path: folder }, { source: "mirror" }), {
            binaryMiB: 0,
            airgapImagesMiB: 0,
        });
    });
});
