import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

import type { CacheResult } from "./page-cache";

export interface Metrics {
    readonly registry: Registry;
    request(route: string, method: string, status: number, seconds: number): void;
    page(result: CacheResult): void;
    upload(result: "completed" | "refused"): void;
}

export function createMetrics(pool: () => { open: number; free: number; waiting: number }): Metrics {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const registers = [registry];
    const requests = new Histogram({
        registers,
        name: "http_request_duration_seconds",
        help: "From the request's head to the answer's last byte.",
        labelNames: ["route", "method", "status"],
        buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    });
    const pages = new Counter({
        registers,
        name: "page_cache_requests_total",
        help: "Pages by where they came from: memory (hit), Redis (shared), rendered (miss), an old one in need (stale).",
        labelNames: ["result"],
    });
    const uploads = new Counter({
        registers,
        name: "image_uploads_total",
        help: "Uploads by how they ended.",
        labelNames: ["result"],
    });
    new Gauge({
        registers,
        name: "database_connections",
        help: "Connections to MariaDB; waiting: requests that wait for one.",
        labelNames: ["state"],
        collect() {
            for (const [state, value] of Object.entries(pool())) this.set({ state }, value);
        },
    });
    return {
        registry,
        request: (route, method, status, seconds) => {
            requests.observe({ route, method, status: String(status) }, seconds);
        },
        page: (result) => {
            pages.inc({ result });
        },
        upload: (result) => {
            uploads.inc({ result });
        },
    };
}
