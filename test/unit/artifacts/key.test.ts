import { strict as assert } from "node:assert";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { artifactKey, inputFiles, type KeyInputs } from "../../../lab/artifacts/key";

const inputs: KeyInputs = {
    files: [
        { path: "build.sh", executable: true, sha256: "aa" },
        { path: "cmd/main.go", executable: false, sha256: "bb" },
    ],
    needs: { "image-pause": "1111", containerd: "2222" },
    hostFiles: { "/usr/sbin/runc": "cc" },
    goVersion: "1.26.8",
    architecture: "x64",
};

describe("artifactKey", () => {
    const key = artifactKey(inputs);

    it("is 16 hexadecimal digits", () => {
        assert.match(key, /^[0-9a-f]{16}$/);
    });

    it("does not depend on the order of the inputs", () => {
        const turned = {
            ...inputs,
            files: inputs.files.toReversed(),
            needs: { containerd: "2222", "image-pause": "1111" },
        };
        assert.equal(artifactKey(turned), key);
    });

    const [build, main] = inputs.files as [KeyInputs["files"][number], KeyInputs["files"][number]];
    const changes: Record<string, KeyInputs> = {
        "another content": { ...inputs, files: [build, { ...main, sha256: "bc" }] },
        "another path": { ...inputs, files: [build, { ...main, path: "cmd/other.go" }] },
        "another mode": { ...inputs, files: [{ ...build, executable: false }, main] },
        "one file less": { ...inputs, files: [build] },
        "another need": { ...inputs, needs: { ...inputs.needs, containerd: "2223" } },
        "another host file": { ...inputs, hostFiles: { "/usr/sbin/runc": "cd" } },
        "another Go": { ...inputs, goVersion: "1.26.9" },
        "another processor": { ...inputs, architecture: "arm64" },
    };
    for (const [name, changed] of Object.entries(changes)) {
        it(`changes with ${name}`, () => {
            assert.notEqual(artifactKey(changed), key);
        });
    }

    it("does not change with tests and texts for people", () => {
        const more = [
            { path: "cmd/main_test.go", executable: false, sha256: "dd" },
            { path: "notes.md", executable: false, sha256: "ee" },
        ];
        assert.equal(artifactKey({ ...inputs, files: [...inputs.files, ...more] }), key);
    });
});

describe("inputFiles", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "artifact-"));
        for (const name of ["build.sh", "cmd/main.go", "other/build.sh"]) {
            mkdirSync(join(folder, name, ".."), { recursive: true });
            writeFileSync(join(folder, name), name);
        }
        chmodSync(join(folder, "build.sh"), 0o755);
    });
    afterEach(() => {
        rmSync(folder, { recursive: true });
    });

    it("finds every file below the folder, with its mode, and leaves out other artifacts", () => {
        const found = inputFiles(folder, [join(folder, "other")]).map(({ path, executable }) => [path, executable]);
        assert.deepEqual(found.sort(), [
            ["build.sh", true],
            ["cmd/main.go", false],
        ]);
    });
});
