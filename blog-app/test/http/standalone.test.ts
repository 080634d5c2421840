import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";

import { freePort } from "../../dev/services";
import { openDatabase, type Database } from "../../src/data/database";
import { createImages } from "../../src/images/images";
import { createLog } from "../../src/server/log";
import { freshEnvironment, root } from "../support/app";
import { png } from "../support/pictures";
import { storePost } from "../support/posts";

/* What the image carries, as the image runs it. */

const dist = path.join(root, "dist");
const NOBODY = 65532;
const files = () =>
    readdirSync(dist, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name));

describe("dist/", () => {
    it("has at most 75 MB, and nothing of other platforms, tests or documentation", () => {
        const all = files();
        const megabytes = all.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6;
        console.log(`dist/ has ${megabytes.toFixed(1)} MB in ${String(all.length)} files`);
        expect(megabytes).toBeLessThanOrEqual(75);
        const names = all.map((file) => path.relative(dist, file));
        expect(names.filter((name) => /darwin|win32|musl|freebsd|android|wasm32/.test(name))).toEqual([]);
        expect(names.filter((name) => /^(src|test|dev|bench)\/|\.(tsx|map)$/.test(name))).toEqual([]);
        for (const wanted of [
            "server.mjs",
            "migrate.mjs",
            "fonts/Pretendard-Bold.otf",
            "migrations/0001_initial.sql",
        ]) {
            expect(names).toContain(wanted);
        }
    });

    it("defect 3 of the original: has no secret, and gives the browser no variable of the server", () => {
        const services = inject("services");
        const secrets = [
            services.DATABASE_PASSWORD,
            services.S3_SECRET_ACCESS_KEY,
            services.S3_ACCESS_KEY_ID,
            services.SECRET_KEY,
        ];
        const names = ["DATABASE_PASSWORD", "S3_SECRET_ACCESS_KEY", "SECRET_KEY", "DATABASE_HOST", "REDIS_URL"];
        for (const file of files()) {
            if (!/\.(js|mjs|cjs|json|html|css|txt)$/.test(file) || file.includes(`${path.sep}node_modules${path.sep}`))
                continue;
            const text = readFileSync(file, "utf8");
            const name = path.relative(dist, file);
            for (const secret of secrets) expect(text.includes(secret), name).toBe(false);
            if (name.startsWith("public/") || name.startsWith(".next/static/")) {
                expect(text, name).not.toMatch(/NEXT_PUBLIC_/);
                for (const variable of names) expect(text.includes(variable), `${name}: ${variable}`).toBe(false);
            }
        }
        expect(readdirSync(dist).filter((name) => name.startsWith(".env"))).toEqual([]);
    });

    it("defect 3 of the original: doesn't start where a secret would be the browser's", () => {
        const { status, stderr } = spawnSync(process.execPath, [path.join(dist, "server.mjs")], {
            env: {
                ...inject("services"),
                SITE_URL: "http://localhost:3000",
                NEXT_PUBLIC_DATABASE_URL: "mysql://x",
            } as unknown as NodeJS.ProcessEnv,
            encoding: "utf8",
        });
        expect(status).toBe(2);
        expect(stderr).toContain("NEXT_PUBLIC_DATABASE_URL");
    });
});

/** Why this machine can't make a read-only file system for one process; undefined: it can. */
function whyNot(): string | undefined {
    if (process.getuid?.() !== 0) return "not root";
    const tried = spawnSync("unshare", ["-m", "sh", "-c", "mount --bind /tmp /tmp && setpriv --version"], {
        encoding: "utf8",
    });
    return tried.status === 0 ? undefined : `unshare -m: ${tried.error?.message ?? tried.stderr.trim()}`;
}
const impossible = whyNot();
if (impossible !== undefined) console.log(`skipped: dist/ read-only as uid ${String(NOBODY)} (${impossible})`);

describe.skipIf(impossible !== undefined)("dist/ on a read-only file system, as uid 65532, without a home", () => {
    let folder: string;
    let app: string;
    let database: Database;
    let variables: Record<string, string>;
    let image: string;
    let slug: string;

    beforeAll(async () => {
        folder = mkdtempSync(path.join(tmpdir(), "blog-app-standalone-"));
        app = path.join(folder, "app");
        // Elsewhere than it was built: it finds nothing of the checkout.
        cpSync(dist, app, { recursive: true });
        execFileSync("chmod", ["-R", "a+rX", folder]);
        const fresh = await freshEnvironment();
        variables = fresh.variables;
        database = openDatabase(fresh.env);
        const images = createImages({ database, env: fresh.env, log: createLog("error") });
        image = (await images.add(await png(), { name: "x.png" })).id;
        images.close();
        slug = (await storePost(database, { title: "읽기 전용", markdown: `# 제목\n\n![](/images/${image})` })).slug;
    });
    afterAll(async () => {
        await database.close();
        rmSync(folder, { recursive: true, force: true });
    });

    /** A command in app/, where nothing can be written: all that is mounted is read-only, down to /tmp. */
    function start(command: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess {
        const script = [
            "set -e",
            "mount --make-rprivate /",
            'mount --bind "$FOLDER" "$FOLDER"',
            "for point in $(awk '$4 ~ /^rw/ && $2 !~ \"^/(proc|sys|dev)\" { print $2 }' /proc/mounts | sort -u); do",
            '  mount -o remount,ro,bind "$point" 2>/dev/null || echo "still writable: $point" >&2',
            "done",
            'cd "$FOLDER/app"',
            `exec setpriv --reuid ${String(NOBODY)} --regid ${String(NOBODY)} --clear-groups --no-new-privs --bounding-set=-all env -i "$@"`,
        ].join("\n");
        const given = {
            HOME: "/nonexistent",
            MALLOC_ARENA_MAX: "2",
            NODE_OPTIONS: "--max-old-space-size=320",
            ...environment,
        };
        return spawn(
            "unshare",
            [
                "-m",
                "sh",
                "-c",
                script,
                "sh",
                ...Object.entries(given).map(([name, value]) => `${name}=${value}`),
                ...command,
            ],
            {
                env: { PATH: process.env.PATH, FOLDER: folder } as unknown as NodeJS.ProcessEnv,
                stdio: ["ignore", "pipe", "pipe"],
            },
        );
    }

    function outputOf(child: ChildProcess): { text: () => string; code: Promise<number | null> } {
        let text = "";
        child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));
        child.stderr?.on("data", (chunk: Buffer) => (text += chunk.toString()));
        return { text: () => text, code: new Promise((resolve) => child.once("exit", resolve)) };
    }

    it("really can't be written to", async () => {
        const script = `
            const { writeFileSync } = require("node:fs");
            for (const file of ["./x", "./.next/x", "/tmp/x", "/x", "/var/tmp/x"]) {
                try { writeFileSync(file, "x"); console.log("wrote", file); } catch (error) { console.log(error.code); }
            }
            console.log(process.getuid(), process.getgid());`;
        const run = outputOf(start([process.execPath, "-e", script], {}));
        expect(await run.code, run.text()).toBe(0);
        expect(run.text()).not.toContain("wrote");
        expect(run.text()).toContain(`${String(NOBODY)} ${String(NOBODY)}`);
    });

    it("migrates", async () => {
        const again = outputOf(start([process.execPath, "migrate.mjs"], variables));
        expect(await again.code, again.text()).toBe(0);
        expect(again.text()).toContain("the database is up to date");
    });

    it("serves a page, a picture and a drawn one within 3 s of its start, in little memory", async () => {
        const [port, internalPort] = [await freePort(), await freePort()];
        const url = `http://localhost:${String(port)}`;
        const started = performance.now();
        const child = start([process.execPath, "server.mjs"], {
            ...variables,
            SITE_URL: url,
            HOST: "127.0.0.1",
            PORT: String(port),
            INTERNAL_PORT: String(internalPort),
        });
        const run = outputOf(child);
        try {
            let ready = 0;
            while (ready === 0 && performance.now() - started < 20_000) {
                const answer = await fetch(`${url}/readyz`).catch(() => undefined);
                if (answer?.status === 200) ready = performance.now() - started;
                else await sleep(20);
            }
            const rss = () =>
                Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(child.pid)}/status`, "utf8"))?.[1]) / 1024;
            const idle = rss();
            console.log(`ready after ${ready.toFixed(0)} ms, ${idle.toFixed(0)} MiB`);
            expect(ready, run.text()).toBeGreaterThan(0);
            for (const address of [
                "/",
                `/post/${encodeURIComponent(slug)}`,
                `/images/${image}`,
                `/images/${image}?w=480`,
                `/og/${encodeURIComponent(slug)}.png`,
                "/rss.xml",
                "/archive",
                "/livez",
            ]) {
                const answer = await fetch(`${url}${address}`);
                expect([address, answer.status, run.text().includes('"level":"error"')]).toEqual([address, 200, false]);
                await answer.arrayBuffer();
            }
            console.log(`after a page, a picture and a drawing ${rss().toFixed(0)} MiB`);
            expect(run.text()).not.toMatch(/EROFS|EACCES|EPERM|ENOENT/);
        } finally {
            child.kill("SIGTERM");
        }
        expect(await run.code).toBe(0);
    });
});
