import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { execFileSync } from "node:child_process";

import { needPrograms } from "../dev/programs";
import { removeServices, startServices, type Services } from "../dev/services";
import { openDatabase, type Database } from "../src/data/database";
import { migrate, readMigrations } from "../src/data/migrate";
import { readEnv } from "../src/server/env";
import { storePost } from "../test/support/posts";
import { startServer, type RunningServer } from "../test/support/server";
import { get, startTraffic } from "../test/support/traffic";
import { BARS, met, type Bar, type BarName } from "./bars";
import { article, corpus, queries } from "./corpus";
import { lighthouse } from "./lighthouse";
import { medians, percentile, wrk } from "./measure";

const root = path.resolve(import.meta.dirname, "..");
const usage = `usage: npm run bench [-- --json] [-- --no-lighthouse]

Measures the built blog with 2,000 posts on this machine, on a MariaDB, a Redis and an S3 server of its own, medians of
three, the generator beside it; prints each figure with its bar and with what Ghost and plain Next.js gave.`;

type Figures = Partial<Record<BarName, number>>;
const POSTS = 2_000;
const UNCACHED = 200;
const SEARCHES = 100;

async function main(): Promise<number> {
    const { values } = parseArgs({
        options: {
            json: { type: "boolean", default: false },
            "no-lighthouse": { type: "boolean", default: false },
            help: { type: "boolean", short: "h", default: false },
        },
    });
    if (values.help) {
        console.log(usage);
        return 0;
    }
    const say = (line: string) => {
        console.error(`· ${line}`);
    };
    const programs = await needPrograms(values["no-lighthouse"] ? ["wrk"] : ["wrk", "chromium"], say);
    say("building");
    execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
    const folder = mkdtempSync(path.join(tmpdir(), "blog-app-bench-"));
    const stores = await startServices(folder, say);
    const figures: Figures = {};
    try {
        const variables = { ...stores.env, SITE_URL: "http://localhost:3000", SITE_NAME: "Bench", LOG_LEVEL: "warn" };
        const env = readEnv(variables);
        await migrate(env, readMigrations(path.join(root, "migrations")));
        const database = openDatabase(env);
        try {
            say(`writing ${String(POSTS)} posts`);
            const slugs = [];
            for (const fields of corpus(POSTS)) slugs.push((await storePost(database, fields)).slug);
            const post = await storePost(database, { title: "Bench article", markdown: article() });
            await measureAll({ stores, database, variables, slugs, post, programs, say, figures });
        } finally {
            await database.close();
        }
    } finally {
        await stores.close();
        removeServices(folder);
    }
    return report(figures, values.json);
}

interface Bench {
    readonly stores: Services;
    readonly database: Database;
    readonly variables: Readonly<Record<string, string>>;
    readonly slugs: readonly string[];
    readonly post: { readonly id: number; readonly slug: string };
    readonly programs: { readonly wrk: string; readonly chromium?: string };
    readonly say: (line: string) => void;
    readonly figures: Figures;
}

const postUrl = (server: RunningServer, slug: string) => `${server.url}/post/${encodeURIComponent(slug)}`;
/** Every page is one that nobody has asked for. */
const forget = (database: Database) => database.change(() => Promise.resolve());

async function measureAll(bench: Bench): Promise<void> {
    const { stores, database, variables, slugs, post, programs, say, figures } = bench;
    say("start");
    Object.assign(
        figures,
        await medians(async () => {
            const started = performance.now();
            const server = await startServer(root, variables);
            const startSeconds = (performance.now() - started) / 1000;
            await sleep(1_000);
            const memoryIdle = residentMegabytes(server);
            await server.stop();
            return { startSeconds, memoryIdle };
        }),
    );
    const first = await startServer(root, variables);
    const second = await startServer(root, variables);
    try {
        say("cached page");
        const url = postUrl(first, post.slug);
        await get(url);
        Object.assign(
            figures,
            await medians(async () => {
                const { requestsPerSecond, p99, errors } = await wrk(programs.wrk, url, 32, 5);
                return { cachedRate: requestsPerSecond, cachedP99: p99, cachedErrors: errors };
            }),
            await medians(async () => ({ firstByteP95: percentile(await times(500, () => url), 0.95) })),
        );
        say("pages that nobody has asked for");
        Object.assign(
            figures,
            await medians(async () => {
                await forget(database);
                await sleep(600);
                return {
                    uncachedP95: percentile(
                        await times(UNCACHED, (index) => postUrl(first, slugs[index * 7] ?? "")),
                        0.95,
                    ),
                };
            }),
        );
        say("search");
        let seed = 0;
        Object.assign(
            figures,
            await medians(async () => {
                const asked = queries(SEARCHES, ++seed);
                const search = (index: number) => `${first.url}/search?q=${encodeURIComponent(asked[index] ?? "")}`;
                // A change, so that no result is remembered.
                await forget(database);
                return { searchP95: percentile(await times(SEARCHES, search), 0.95) };
            }),
        );
        say("publishing");
        Object.assign(figures, await medians(() => publish(bench, [first, second])));
        say("Redis away");
        Object.assign(figures, await medians(() => redisAway(stores, database, slugs, first, second)));
        say("size");
        const page = await fetch(url, { headers: { "accept-encoding": "gzip" } });
        const html = await page.text();
        figures.pageKilobytes = Number(page.headers.get("content-length")) / 1000;
        figures.scriptKilobytes = (await scriptBytes(first, html)) / 1000;
        figures.memoryLoaded = residentMegabytes(first);
        if (programs.chromium !== undefined) {
            say("Lighthouse");
            for (const [name, address] of [
                ["Post", url],
                ["Home", `${first.url}/`],
            ] as const) {
                const { performance, accessibility, bestPractices, seo } = await lighthouse(address);
                Object.assign(figures, {
                    [`lighthouse${name}Performance`]: performance,
                    [`lighthouse${name}Accessibility`]: accessibility,
                    [`lighthouse${name}BestPractices`]: bestPractices,
                    [`lighthouse${name}Seo`]: seo,
                });
            }
        }
        say("SIGTERM under load");
        Object.assign(figures, await medians(() => leave(variables, second)));
    } finally {
        await Promise.all([first.stop(), second.stop()]);
    }
}

/** Milliseconds of each of a number of requests, one after another, until the first byte (the whole of a small page). */
async function times(count: number, url: (index: number) => string): Promise<number[]> {
    const measured: number[] = [];
    for (let index = 0; index < count; index++) {
        const { status, milliseconds } = await get(url(index));
        if (status !== 200) throw new Error(`${url(index)}: status ${String(status)}`);
        measured.push(milliseconds);
    }
    return measured;
}

let edition = 0;
async function publish(
    { database, post }: Bench,
    replicas: readonly RunningServer[],
): Promise<{ publishedSeconds: number; publishedStale: number }> {
    const title = `Edition ${String(++edition)} of the bench.`;
    await storePost(database, { title, slug: post.slug, markdown: article() }, { id: post.id });
    const published = performance.now();
    const seen = await Promise.all(
        replicas.map(async (replica) => {
            while (!(await get(postUrl(replica, post.slug))).body.includes(title)) await sleep(5);
            return (performance.now() - published) / 1000;
        }),
    );
    let stale = 0;
    for (let asked = 0; asked < 100; asked++) {
        for (const replica of replicas) if (!(await get(postUrl(replica, post.slug))).body.includes(title)) stale += 1;
    }
    return { publishedSeconds: Math.max(...seen), publishedStale: stale };
}

async function redisAway(
    stores: Services,
    database: Database,
    slugs: readonly string[],
    first: RunningServer,
    second: RunningServer,
): Promise<{ redisDownExtra: number; redisBackSeconds: number }> {
    const render = async () => {
        await forget(database);
        await sleep(700);
        return percentile(await times(50, (index) => postUrl(first, slugs[index * 11] ?? "")), 0.95);
    };
    const withRedis = await render();
    await stores.stop("redis", "SIGKILL");
    const without = await render();
    await stores.start("redis");
    const started = performance.now();
    for (let index = 0; ; index++) {
        const slug = slugs[1_000 + index] ?? "";
        await get(postUrl(first, slug));
        await sleep(50);
        if ((await get(postUrl(second, slug))).headers["x-cache"] === "shared") break;
        if (index > 400) throw new Error("pages aren't shared again");
    }
    return { redisDownExtra: Math.max(0, without - withRedis), redisBackSeconds: (performance.now() - started) / 1000 };
}

/** One replica is told to end while 16 readers ask it; half a second later a proxy has learnt of it. */
async function leave(
    variables: Readonly<Record<string, string>>,
    other: RunningServer,
): Promise<{ stopFailed: number; stopSeconds: number }> {
    const leaving = await startServer(root, { ...variables, DRAIN_SECONDS: "2" });
    let chosen = leaving;
    const readers = startTraffic({ readers: 16, next: () => `${chosen.url}/` });
    await sleep(500);
    const started = performance.now();
    const exit = leaving.stop();
    await sleep(500);
    chosen = other;
    await exit;
    const stopSeconds = (performance.now() - started) / 1000;
    return { stopFailed: (await readers.stop()).failures.length, stopSeconds };
}

async function scriptBytes(server: RunningServer, html: string): Promise<number> {
    let bytes = 0;
    for (const [, attributes = "", inline = ""] of html.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)) {
        const source = /\bsrc="([^"]+)"/.exec(attributes)?.[1];
        if (source !== undefined) bytes += (await (await fetch(new URL(source, server.url))).arrayBuffer()).byteLength;
        else if (!/\btype="application\/(ld\+)?json"/.test(attributes)) bytes += Buffer.byteLength(inline);
    }
    return bytes;
}

function residentMegabytes(server: RunningServer): number {
    const status = readFileSync(`/proc/${String(server.process.pid)}/status`, "utf8");
    return (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024) / 1e6;
}

function report(figures: Figures, json: boolean): number {
    const names = Object.keys(BARS).filter((name): name is BarName => figures[name as BarName] !== undefined);
    const rows = names.map((name) => {
        const bar: Bar = BARS[name];
        const value = figures[name] ?? NaN;
        const limit = "atLeast" in bar.limit ? `>= ${String(bar.limit.atLeast)}` : `<= ${String(bar.limit.atMost)}`;
        return {
            name,
            what: bar.what,
            value,
            unit: bar.unit,
            limit,
            met: met(bar, value),
            ghost: bar.ghost ?? "",
            next: bar.next ?? "",
        };
    });
    if (json) {
        console.log(JSON.stringify(rows, null, 2));
    } else {
        const number = (value: number) =>
            value >= 100 ? Math.round(value).toLocaleString("en") : String(Math.round(value * 100) / 100);
        const cells = [
            ["", "measured", "bar", "", "Ghost", "Next.js"],
            ...rows.map((row) => [
                row.what,
                `${number(row.value)} ${row.unit}`.trim(),
                row.limit,
                row.met ? "met" : "MISSED",
                row.ghost,
                row.next,
            ]),
        ];
        const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
        for (const row of cells)
            console.log(
                row
                    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
                    .join("  ")
                    .trimEnd(),
            );
    }
    return rows.every((row) => row.met) ? 0 : 1;
}

main().then(
    (code) => {
        process.exitCode = code;
    },
    (error: unknown) => {
        console.error(error instanceof Error ? (error.stack ?? error.message) : error);
        process.exitCode = 1;
    },
);
