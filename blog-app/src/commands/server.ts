import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import sirv from "sirv";

import { fail, isUsageFault } from "../command-line/fail";
import { followSiteVersion } from "../data/site-version";
import { describeVariables, EnvError, readEnv, type Env } from "../server/env";
import { serveImages } from "../images/serve";
import { createOgPictures, serveOg } from "../og/og";
import { createFront, type Handler } from "../server/front";
import { answerHealth, createInternalServer, type Health } from "../server/internal";
import { createLog, type Log } from "../server/log";
import { createMetrics } from "../server/metrics";
import { createPageCache } from "../server/page-cache";
import { createServices } from "../server/create-services";
import { provideServices, type Services } from "../server/services";
import { createTasks, schedule } from "../server/tasks";
import { messageOf } from "../server/message-of";

const READY_MILLISECONDS = 1_000;
const REMEMBERED_MILLISECONDS = 5_000;

/** Next's handler: of the standalone build beside this file, or compiling as the sources change. */
async function startNext(folder: string, development: boolean): Promise<{ handler: Handler; buildId: string }> {
    const require = createRequire(path.join(folder, "package.json"));
    const options: Record<string, unknown> = { dev: development, dir: folder, quiet: true };
    if (!development) {
        const { config } = JSON.parse(readFileSync(path.join(folder, ".next/required-server-files.json"), "utf8")) as {
            config: unknown;
        };
        // As Next's own server.js of a standalone build does: no next.config is read, nothing is looked for on disk.
        process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify(config);
        options.conf = config;
        process.chdir(folder);
    }
    // By require at run time: what Next traced into the standalone folder is used, not a copy inside this bundle.
    const next = require("next") as (options: unknown) => { prepare(): Promise<void>; getRequestHandler(): Handler };
    const app = next(options);
    await app.prepare();
    const buildId = development ? "development" : readFileSync(path.join(folder, ".next/BUILD_ID"), "utf8").trim();
    return { handler: app.getRequestHandler(), buildId };
}

function healthOf(services: Services, ending: () => boolean): Health {
    const store = remembered(() => services.images.reach());
    const within = async (work: Promise<unknown>): Promise<string | null> => {
        const late = sleep(READY_MILLISECONDS, `no answer in ${String(READY_MILLISECONDS)} ms`, { ref: false });
        return Promise.race([work.then(() => null).catch((error: unknown) => messageOf(error)), late]);
    };
    return {
        notReady: async () => {
            if (ending()) return "ending";
            const why = await within(services.database.version());
            return why === null ? null : `database: ${why}`;
        },
        degraded: async () => {
            const redis = services.redis !== undefined && services.redis.status !== "ready" ? ["redis"] : [];
            return [...redis, ...((await store.now()) ? [] : ["s3"])];
        },
    };
}

/** Whether something answers, asked at most every five seconds however often probes come. */
function remembered(reach: () => Promise<void>): { now(): Promise<boolean> } {
    let asked = -Infinity;
    let answer = Promise.resolve(true);
    return {
        now() {
            if (performance.now() - asked > REMEMBERED_MILLISECONDS) {
                asked = performance.now();
                const late = sleep(READY_MILLISECONDS, false, { ref: false });
                const reached = reach().then(
                    () => true,
                    () => false,
                );
                answer = Promise.race([reached, late]);
            }
            return answer;
        },
    };
}

/**
 * Ends in good order. First it goes on answering, each answer closing its connection: who keeps connections open
 * leaves by itself, and no connection is closed under a request. Then no new connection, what is under way is
 * answered, and everything is closed.
 */
async function end(servers: readonly Server[], services: Services, env: Env, log: Log): Promise<void> {
    await sleep(env.DRAIN_SECONDS * 1000);
    log.info("ending: answering what is under way");
    const closed = servers.map(
        (server) =>
            new Promise<void>((resolve) => {
                server.close(() => {
                    resolve();
                });
            }),
    );
    // Idle connections are closed by close(); those in use end with their answer.
    await Promise.race([Promise.all(closed), sleep(env.SHUTDOWN_SECONDS * 1000, undefined, { ref: false })]);
    for (const server of servers) server.closeAllConnections();
    await services.close();
    log.info("ended");
}

function help(): string {
    const variables = describeVariables();
    const width = Math.max(...variables.map(({ name }) => name.length));
    return [
        "usage: node server.mjs",
        "",
        "Serves the blog until SIGTERM. Settings are variables of the environment; each can be given as a file instead,",
        "whose path is in <NAME>_FILE. Run migrate.mjs with the same settings first.",
        "",
        ...variables.map(({ name, description, value }) => `  ${name.padEnd(width)}  ${description} (${value})`),
    ].join("\n");
}

async function main(): Promise<void> {
    const started = performance.now();
    const { values } = parseArgs({
        // --dev is `npm run dev`'s own.
        options: { dev: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
    });
    if (values.help) {
        console.log(help());
        return;
    }
    const development = values.dev;
    const env = readEnv(process.env);
    const log = createLog(env.LOG_LEVEL);
    Object.assign(process.env, { NODE_ENV: development ? "development" : "production" });
    // The bundle lies in the standalone folder; the source two folders below the package.
    const folder = development ? path.resolve(import.meta.dirname, "../..") : import.meta.dirname;
    const publicFolder = path.join(folder, "public");
    const services = createServices(env, log, publicFolder, (result) => {
        metrics.upload(result);
    });
    provideServices(services);
    const version = followSiteVersion(services.database, services.redis, log);
    let ending = false;
    const { handler, buildId } = await startNext(folder, development);
    const metrics = createMetrics(() => services.connections());
    const cache = createPageCache({
        megabytes: env.PAGE_CACHE_MEGABYTES,
        buildId,
        version,
        redis: services.redis,
        log,
    });
    const files =
        development || !existsSync(publicFolder)
            ? undefined
            : sirv(publicFolder, {
                  gzip: true,
                  brotli: true,
                  etag: true,
                  setHeaders: (response, pathname) => {
                      // Named after their content; all others are asked for again.
                      const forever = pathname.startsWith("/_next/static/") || response.req.url?.includes("?v=");
                      response.setHeader(
                          "cache-control",
                          forever ? "public, max-age=31536000, immutable" : "public, max-age=0, must-revalidate",
                      );
                  },
              });
    const front = createFront({
        next: handler,
        files,
        own: {
            image: serveImages(services.images, log),
            og: serveOg(createOgPictures(services)),
        },
        cache,
        metrics,
        log,
        siteUrl: env.SITE_URL,
        upload: env.S3_PUBLIC_ENDPOINT ?? env.S3_ENDPOINT,
        development,
        ending: () => ending,
    });
    const health = healthOf(services, () => ending);
    const tasks = createTasks(services);
    const site = createServer((request, response) => {
        const path = request.url ?? "/";
        if (path === "/livez" || path === "/readyz") void answerHealth(path, response, health);
        else void front(request, response);
    });
    site.keepAliveTimeout = 65_000;
    const internal = createInternalServer(health, metrics, tasks, log);
    await Promise.all([listen(site, env.PORT, env.HOST), listen(internal, env.INTERNAL_PORT, env.HOST)]);
    const unschedule = schedule(tasks, log);
    const listening = {
        address: env.SITE_URL,
        port: portOf(site),
        internalPort: portOf(internal),
        ms: Math.round(performance.now() - started),
    };
    const why = await health.notReady();
    if (why === null) log.info(listening, "ready");
    else log.warn({ ...listening, why }, "listening, but not ready: pages are rendered once this is mended");
    const stop = (signal: string) => {
        if (ending) return;
        ending = true;
        log.info({ signal }, "stopping");
        unschedule();
        version.close();
        end([site, internal], services, env, log).then(
            () => process.exit(0),
            (error: unknown) => {
                log.error({ error: messageOf(error) }, "not ended in good order");
                process.exit(1);
            },
        );
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
}

class PortInUseError extends Error {
    constructor(port: number) {
        super(
            `port ${String(port)} is in use by another program; wanted: end it, or set PORT and INTERNAL_PORT to free ones`,
        );
    }
}

function listen(server: Server, port: number, host: string): Promise<void> {
    return new Promise((resolve, reject) => {
        server.once("error", (error: NodeJS.ErrnoException) => {
            reject(error.code === "EADDRINUSE" ? new PortInUseError(port) : error);
        });
        server.listen(port, host, resolve);
    });
}

function portOf(server: Server): number | undefined {
    const address = server.address();
    return typeof address === "object" ? address?.port : undefined;
}

main().catch((error: unknown) => {
    if (isUsageFault(error)) fail(error, help());
    // What an operator can mend has a message; anything else its stack.
    console.error(error instanceof EnvError || error instanceof PortInUseError ? error.message : error);
    process.exit(error instanceof EnvError ? 2 : 1);
});
