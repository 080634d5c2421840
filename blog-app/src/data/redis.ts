import { Redis } from "ioredis";

import type { Log } from "../server/log";

/** Away for shorter than this is not worth a line in the log. */
const TELL_MILLISECONDS = 1_000;

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
    let told: "not yet" | "soon" | "yes" = "not yet";
    let timer: NodeJS.Timeout | undefined;
    redis.on("error", (error: Error) => {
        // Once, not at each attempt; and not for what is over in a moment, such as a busy start.
        if (told !== "not yet") return;
        told = "soon";
        timer = setTimeout(() => {
            told = "yes";
            log.warn({ error: error.message }, "redis is out of reach; going on without it");
        }, TELL_MILLISECONDS).unref();
    });
    redis.on("ready", () => {
        clearTimeout(timer);
        if (told === "yes") log.info("redis is back");
        told = "not yet";
    });
    redis.connect().catch(() => undefined);
    return redis;
}
