import type { Redis } from "ioredis";

import type { Log } from "../server/log";
import type { Database } from "./database";
import { messageOf } from "../server/message-of";

const CHANNEL = "blog:site-version";
/** Bound on how long a replica that Redis doesn't reach serves what was replaced. */
const POLL_MILLISECONDS = 500;

/** The version under which pages are cached: the same on every replica within a moment of each change. */
export interface SiteVersion {
    /** Undefined until the database was reached once. */
    readonly current: number | undefined;
    close(): void;
}

/**
 * Follows the site's version: this process's own changes at once, those of other replicas by Redis's word within a
 * millisecond or so, and by asking the database twice a second where that word is lost. While the database is down
 * the last version known holds, so cached pages go on being served.
 */
export function followSiteVersion(database: Database, redis: Redis | undefined, log: Log): SiteVersion {
    let current: number | undefined;
    let learnedAt = 0;
    let closed = false;
    let timer: NodeJS.Timeout | undefined;
    const learn = (version: number) => {
        // Words may overtake one another.
        if (current !== undefined && version <= current) return;
        current = version;
        learnedAt = performance.now();
    };
    database.onChange((version) => {
        learn(version);
        redis?.publish(CHANNEL, String(version)).catch(() => undefined);
    });
    const subscriber = redis?.duplicate({ autoResubscribe: true, enableOfflineQueue: true, commandTimeout: undefined });
    subscriber?.on("error", () => undefined);
    subscriber?.on("message", (_, word: string) => {
        const version = Number(word);
        if (Number.isSafeInteger(version)) learn(version);
    });
    subscriber?.subscribe(CHANNEL).catch(() => undefined);
    const poll = async () => {
        const asked = performance.now();
        try {
            const version = await database.version();
            // Behind what was known before it was asked: a backup was restored.
            if (current !== undefined && version < current && learnedAt < asked) current = version;
            else learn(version);
        } catch (error) {
            log.debug({ error: messageOf(error) }, "site version not read");
        }
        if (!closed) timer = setTimeout(() => void poll(), POLL_MILLISECONDS);
    };
    void poll();
    return {
        get current() {
            return current;
        },
        close() {
            closed = true;
            clearTimeout(timer);
            subscriber?.disconnect();
        },
    };
}
