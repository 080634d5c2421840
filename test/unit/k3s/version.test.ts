import assert from "node:assert/strict";

import { compareVersions, parseVersion, upgradeFault } from "../../../components/k3s/version";

describe("k3s versions", () => {
    it("reads a version", () => {
        assert.deepEqual(parseVersion("v1.36.5+k3s1"), { major: 1, minor: 36, patch: 5, revision: 1 });
    });

    for (const text of ["1.36.5+k3s1", "v1.36.5", "v1.36+k3s1", "v1.36.5+k3s", "latest", ""]) {
        it(`doesn't read "${text}"`, () => {
            assert.equal(parseVersion(text), undefined);
        });
    }

    it("orders by number, not by text", () => {
        const sorted = ["v1.36.10+k3s1", "v1.36.9+k3s2", "v1.9.1+k3s1", "v1.36.9+k3s10"]
            .map((text) => ({ text, version: parseVersion(text)! }))
            .sort((a, b) => compareVersions(a.version, b.version))
            .map(({ text }) => text);
        assert.deepEqual(sorted, ["v1.9.1+k3s1", "v1.36.9+k3s2", "v1.36.9+k3s10", "v1.36.10+k3s1"]);
    });

    it("allows the same version, a patch and the next minor", () => {
        for (const wanted of ["v1.36.4+k3s1", "v1.36.5+k3s1", "v1.37.1+k3s1"]) {
            assert.equal(upgradeFault("v1.36.4+k3s1", wanted), undefined);
        }
    });

    it("refuses to go back, also by one revision", () => {
        assert.match(upgradeFault("v1.36.4+k3s2", "v1.36.4+k3s1") ?? "", /can't go back/);
    });

    it("names the minor version that was left out", () => {
        assert.match(upgradeFault("v1.34.1+k3s1", "v1.36.5+k3s1") ?? "", /go to v1\.35 first$/);
    });
});
