import { createAuth } from "../auth/auth";
import { openDatabase, type Database } from "../data/database";
import { openRedis } from "../data/redis";
import { createImages, type Images } from "../images/images";
import { createPosts } from "../posts/posts";
import { rerenderPostsWith } from "../posts/store";
import { createReader } from "../reader/reader";
import { createViews } from "../reader/views";
import { createSearch } from "../search/search";
import { createTransfer } from "../transfer/transfer";
import type { Env } from "./env";
import type { Log } from "./log";
import type { Services } from "./services";
import { versioned } from "./versioned";
import { messageOf } from "./message-of";

/** Of an import by the browser: it is unpacked in memory, beside what readers need. Larger ones go by the command. */
const IMPORT_LIMITS = { files: 5_000, bytes: 128_000_000 };

/** publicFolder: where the files of the browser lie; a command that shows no page needs none. onUpload: for metrics. */
export function createServices(
    env: Env,
    log: Log,
    publicFolder?: string,
    onUpload?: (result: "completed" | "refused") => void,
): Services {
    const database = openDatabase(env);
    const redis = env.REDIS_URL === undefined ? undefined : openRedis(env.REDIS_URL, log);
    const images: Images = createImages({
        database,
        env,
        log,
        onUpload,
        rerender: (id) => rerenderPostsWith(database, images, id),
    });
    const views = createViews({ database, redis, env, log });
    return {
        env,
        log,
        database,
        redis,
        auth: createAuth({ database, redis, env }),
        images,
        posts: createPosts({ database, images, env }),
        transfer: createTransfer({ database, images, limits: IMPORT_LIMITS, language: env.SITE_LANGUAGE }),
        reader: createReader(database),
        views,
        search: createSearch(database),
        readerScript: versioned("/reader.js", publicFolder),
        connections: () => countConnections(database),
        async close() {
            // What this process counted by itself while Redis was down would end with it.
            await views.flush().catch((error: unknown) => {
                log.warn({ error: messageOf(error) }, "views not flushed");
            });
            images.close();
            redis?.disconnect();
            await database.close();
        },
    };
}

function countConnections({ pool }: Database): { open: number; free: number; waiting: number } {
    // mysql2 counts them under these names, and has no words for them.
    const inner = pool.pool as unknown as Record<string, { length: number } | undefined>;
    const count = (name: string) => inner[name]?.length ?? 0;
    return { open: count("_allConnections"), free: count("_freeConnections"), waiting: count("_connectionQueue") };
}
