import { Redis } from "ioredis";

import type { Log } from "../server/log";

/**
 * A client that gives up at once: whoever asks goes on without Redis, and a page is never held up by it. It connects
 * again by itself, at least every 2 s.
 */
export function openRedis(url: string, log: Log): Redis {
    const redis = new Redis(url, {
        lazyConnect: true,
        enableOfflineQueue: false,
        maxRetriesPerRequest: 0,
        commandTimeout: 150,
        connectTimeout: 500,
        retryStrategy: (attempt) => Math.min(200 * attempt, 2_000),
    });
    let down = false;
    redis.on("error", (error: Error) => {
        // Once, not at each attempt.
        if (!down) log.warn({ error: error.message }, "redis is out of reach; going on without it");
        down = true;
    });
    redis.on("ready", () => {
        if (down) log.info("redis is back");
        down = false;
    });
    redis.connect().catch(() => undefined);
    return redis;
}
