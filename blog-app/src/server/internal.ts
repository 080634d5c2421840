import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import type { Log } from "./log";
import type { Metrics } from "./metrics";
import { messageOf } from "./message-of";

export interface Health {
    /** Null: ready; else why not. */
    readonly notReady: () => Promise<string | null>;
    /** What is out of reach without being needed by readers. */
    readonly degraded: () => Promise<readonly string[]>;
}

/** Scheduled work by name; each returns what it did, for the log and the caller. */
export type Tasks = Readonly<Record<string, () => Promise<Record<string, number>>>>;

/** /livez: the process answers. /readyz: it can render pages. True when it was one of the two. */
export async function answerHealth(path: string, response: ServerResponse, health: Health): Promise<boolean> {
    if (path === "/livez") {
        sendJson(response, 200, { status: "ok" });
        return true;
    }
    if (path === "/readyz") {
        const [why, degraded] = await Promise.all([health.notReady(), health.degraded()]);
        if (why === null) sendJson(response, 200, { status: degraded.length === 0 ? "ok" : "degraded", degraded });
        else sendJson(response, 503, { status: "not ready", why, degraded });
        return true;
    }
    return false;
}

/** The second port, which no ingress reaches: health, metrics, and POST /tasks/<name> for whoever schedules them. */
export function createInternalServer(health: Health, metrics: Metrics, tasks: Tasks, log: Log): Server {
    return createServer((request, response) => {
        void answer(request, response).catch((error: unknown) => {
            const message = messageOf(error);
            log.error({ path: request.url, error: message }, "internal request failed");
            if (!response.headersSent) sendJson(response, 500, { error: { message } });
            else response.end();
        });
    });

    async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const path = request.url ?? "/";
        if (await answerHealth(path, response, health)) return;
        if (path === "/metrics") {
            response.writeHead(200, { "content-type": metrics.registry.contentType });
            response.end(await metrics.registry.metrics());
            return;
        }
        const name = /^\/tasks\/([a-z-]+)$/.exec(path)?.[1];
        const task = name === undefined || !Object.hasOwn(tasks, name) ? undefined : tasks[name];
        if (task === undefined) {
            const message = `no ${path}; there are /livez, /readyz, /metrics and POST ${Object.keys(tasks)
                .map((task) => `/tasks/${task}`)
                .join(", ")}`;
            sendJson(response, 404, { error: { message } });
        } else if (request.method !== "POST") {
            response.setHeader("allow", "POST");
            sendJson(response, 405, { error: { message: `wanted: POST ${path}` } });
        } else {
            const did = await task();
            log.info({ task: name, ...did }, "task done");
            sendJson(response, 200, did);
        }
    }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
    response.writeHead(status, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
    response.end(JSON.stringify(body));
}
