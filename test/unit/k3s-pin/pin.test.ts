import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { merge, parseSums, PinError, readTable, type Releases, writeTable } from "../../../components/k3s/pin";
import { releases } from "../../../components/k3s/releases";

const ROOT = join(__dirname, "../../..");
const PIN = join(ROOT, "components/k3s/pin.ts");
const TABLE = join(ROOT, "components/k3s/releases.ts");
const sum = (digit: string) => digit.repeat(64);
const amd64File = `${sum("1")}  k3s\n${sum("2")}  k3s-airgap-images-amd64.tar\n${sum("3")}  k3s-airgap-images-amd64.tar.zst\n`;
const arm64File = `${sum("4")}  k3s-arm64\n${sum("5")}  k3s-airgap-images-arm64.tar.zst\n`;

describe("k3s:pin", function () {
    this.timeout(30_000);

    describe("checksum files", () => {
        it("give the binary and the compressed images", () => {
            assert.deepEqual(parseSums(amd64File, "amd64"), { binary: sum("1"), airgapImages: sum("3") });
            assert.deepEqual(parseSums(arm64File, "arm64"), { binary: sum("4"), airgapImages: sum("5") });
        });

        it("that are none, or lack the binary, are refused", () => {
            assert.throws(() => parseSums("<html>Not Found</html>", "amd64"), {
                name: "PinError",
                message: 'sha256sum-amd64.txt: not a checksum file; found the line "<html>Not Found</html>"',
            });
            assert.throws(() => parseSums(amd64File, "arm64"), /has no sum of k3s-arm64/);
            assert.throws(() => parseSums("", "amd64"), /has no sum of k3s$/);
        });
    });

    describe("the table", () => {
        const table: Releases = {
            "v1.9.0+k3s1": { binary: {}, airgapImages: {} },
            "v1.36.4+k3s1": { binary: { amd64: sum("1") }, airgapImages: {} },
        };

        it("keeps its order and gains what it lacked", () => {
            const found = { amd64: { binary: sum("1"), airgapImages: sum("3") }, arm64: { binary: sum("4") } };
            const merged = merge(table, "v1.36.4+k3s1", found);
            assert.deepEqual(merged.changes, [`k3s-arm64 ${sum("4")}`, `k3s-airgap-images-amd64.tar.zst ${sum("3")}`]);
            assert.deepEqual(Object.keys(merge(table, "v1.10.0+k3s1", found).releases), [
                "v1.9.0+k3s1",
                "v1.10.0+k3s1",
                "v1.36.4+k3s1",
            ]);
            assert.deepEqual(merge(merged.releases, "v1.36.4+k3s1", found).changes, []);
        });

        it("refuses another sum for a known file, loudly", () => {
            assert.throws(
                () => merge(table, "v1.36.4+k3s1", { amd64: { binary: sum("9") } }),
                (error: Error) => {
                    assert.ok(error instanceof PinError);
                    assert.match(
                        error.message,
                        /^!!! v1\.36\.4\+k3s1 IS KNOWN WITH OTHER SUMS; nothing was changed !!!\n {2}k3s: the table has 1+, the checksum file says 9+\n/,
                    );
                    return true;
                },
            );
        });

        it("as committed is what would be written", async () => {
            const source = readFileSync(TABLE, "utf8");
            assert.deepEqual(readTable(source), releases);
            assert.equal(await writeTable(source, releases), source);
        });
    });

    describe("the command", () => {
        let folder: string;
        beforeEach(() => {
            folder = mkdtempSync(join(tmpdir(), "pin-"));
            copyFileSync(TABLE, join(folder, "releases.ts"));
            writeFileSync(join(folder, "sha256sum-amd64.txt"), amd64File);
            writeFileSync(join(folder, "sha256sum-arm64.txt"), arm64File);
        });
        afterEach(() => {
            rmSync(folder, { recursive: true });
        });
        const run = (version: string) =>
            spawnSync(
                process.execPath,
                [
                    "-r",
                    "ts-node/register/transpile-only",
                    PIN,
                    version,
                    "--from",
                    folder,
                    "--table",
                    join(folder, "releases.ts"),
                ],
                { cwd: ROOT, encoding: "utf8" },
            );

        it("adds a release from a folder, and then has nothing to add", () => {
            const first = run("v1.37.1+k3s1");
            assert.equal(first.status, 0, first.stderr);
            assert.match(
                first.stdout,
                /^v1\.37\.1\+k3s1: added to .*\n {2}k3s 1+\n {2}k3s-arm64 4+\n {2}k3s-airgap-images-amd64\.tar\.zst 3+\n/,
            );
            const text = readFileSync(join(folder, "releases.ts"), "utf8");
            assert.ok(text.startsWith(readFileSync(TABLE, "utf8").replace(/};\n$/, "")), "what was there is unchanged");
            assert.ok(
                text.endsWith(`    "v1.37.1+k3s1": {
        binary: {
            amd64: "${sum("1")}",
            arm64: "${sum("4")}",
        },
        airgapImages: {
            amd64: "${sum("3")}",
            arm64: "${sum("5")}",
        },
    },
};
`),
            );
            assert.match(run("v1.37.1+k3s1").stdout, /every sum is in the table already; nothing was changed/);
        });

        it("changes nothing when a known release has other sums", () => {
            const { status, stderr } = run("v1.36.5+k3s1");
            assert.equal(status, 1);
            assert.match(stderr, /IS KNOWN WITH OTHER SUMS/);
            assert.equal(readFileSync(join(folder, "releases.ts"), "utf8"), readFileSync(TABLE, "utf8"));
        });

        it("names a version that is none, and a file that is missing", () => {
            assert.match(run("1.36.5").stderr, /"1\.36\.5" is no k3s release; wanted one such as v1\.36\.5\+k3s1/);
            rmSync(join(folder, "sha256sum-arm64.txt"));
            assert.match(run("v1.37.1+k3s1").stderr, /sha256sum-arm64\.txt cannot be read \(ENOENT\)/);
        });
    });
});
