import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { fromMirror, startMirror, type Mirror } from "./mirror";
import { assertFault, at, hostState, lab, literal, previousRelease, run, type Change } from "./support";

/** Of laptops that are prepared and have no k3s. */
describe("files of k3s that don't come as they should", function () {
    this.timeout(300_000);

    let mirror: Mirror;
    let version: string;
    let answer: RequestListener;
    let prepared: string[][];
    const states = () => Promise.all(["laptop-a", "laptop-b"].map(hostState));

    const change: Change = (stackFile) => {
        stackFile.setIn(at("k3s", "version"), version);
        fromMirror(mirror)(stackFile);
    };
    const advice =
        "nothing was installed. Check the laptop's internet access and k3s.binary (a mirror: k3s.binary.source: mirror; a file on the workstation: k3s.binary.source: file), then run again";

    this.beforeAll(async () => {
        await lab.prepare();
        version = (await previousRelease()).version ?? assert.fail("the older k3s has no version");
        answer = (_, response) => response.writeHead(404).end();
        mirror = await startMirror((request, response) => {
            answer(request, response);
        });
        await run("mirror", change);
        prepared = await states();
    });
    this.afterAll(() => {
        mirror.stop();
    });

    /** The file's address, as the message names it. */
    const address = () => `${mirror.url}/${encodeURIComponent(version)}/k3s`;

    it("a mirror that hasn't the file", async () => {
        assertFault(
            await run("mirror", change),
            `stage k3s: can't download k3s ${version} from ${address()}: The requested URL returned error: 404; ${advice}`,
        );
        assert.deepEqual(await states(), prepared);
    });

    it("a mirror that sends half the file", async () => {
        answer = (_, response) => {
            response.writeHead(200, { "content-length": "2000" });
            response.write("x".repeat(1000), () => response.destroy());
        };
        const { result } = await run("mirror", change);
        assert.match(
            result.errors.join("\n"),
            new RegExp(
                `can't download k3s ${literal(version)} from ${literal(address())}: (transfer closed|.*1000).*; nothing was installed`,
            ),
        );
        assert.deepEqual(await states(), prepared);
    });

    it("a disk that is full in the middle of the file", async () => {
        await lab.exec("laptop-a", "mount -t tmpfs -o size=110M tmpfs /usr/local/bin");
        answer = (request, response) => {
            // Not before: the preflight sees enough room.
            const filled =
                request.socket.remoteAddress?.endsWith(lab.laptop("laptop-a").address) === true
                    ? lab.exec("laptop-a", "fallocate -l 109M /usr/local/bin/somebody-else")
                    : Promise.resolve();
            void filled.then(() => {
                response.writeHead(200);
                response.end(Buffer.alloc(8 * 2 ** 20));
            });
        };
        try {
            const { result } = await run("mirror", change);
            assert.match(
                result.errors.join("\n"),
                /laptop-[ab]: stage k3s: (can't download .*: (Failure writing output to destination|client returned ERROR on write).*; nothing was installed|k3s .* has sha256)/,
            );
            const { stdout } = await lab.exec("laptop-a", "ls /usr/local/bin");
            assert.equal(stdout, "somebody-else\n");
        } finally {
            await lab.exec("laptop-a", "umount /usr/local/bin");
        }
        assert.deepEqual(await states(), prepared);
    });

    it("a k3s that never gets ready, with its last words in the error", async () => {
        const folder = mkdtempSync(path.join(tmpdir(), "onprem-blog-"));
        try {
            const file = path.join(folder, "k3s");
            writeFileSync(
                file,
                `#!/bin/sh\n[ "$1" != --version ] || { echo "k3s version ${version} (fake)"; exit; }\necho "level=info msg=\\"still thinking\\""\nexec sleep infinity\n`,
            );
            const sha256 = createHash("sha256").update(readFileSync(file)).digest("hex");
            const outcome = await run("never-ready", (stackFile) => {
                change(stackFile);
                stackFile.setIn(at("k3s", "binary"), { source: "file", path: file, sha256: { amd64: sha256 } });
                stackFile.setIn(at("k3s", "timeoutSeconds"), 60);
            });
            assert.match(
                outcome.result.errors.join("\n"),
                /laptop-a: install k3s: k3s is not ready after 4\d s; its last log lines:\n(.*\n)*level=info msg="still thinking"/,
            );
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
        // That the next run with a k3s that works succeeds is what 2-install begins with.
    });
});
