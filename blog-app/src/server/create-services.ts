import { createAuth } from "../auth/auth";
import { openDatabase, type Database } from "../data/database";
import { openRedis } from "../data/redis";
import { createImages, type Images } from "../images/images";
import { createPosts } from "../posts/posts";
import { rerenderPostsWith } from "../posts/store";
import { createReader } from "../reader/reader";
import { createSearch } from "../search/search";
import type { Env } from "./env";
import type { Log } from "./log";
import type { Services } from "./services";
import { versioned } from "./versioned";

/** publicFolder: where the files of the browser lie; a command that shows no page needs none. */
export function createServices(env: Env, log: Log, publicFolder?: string): Services {
    const database = openDatabase(env);
    const redis = env.REDIS_URL === undefined ? undefined : openRedis(env.REDIS_URL, log);
    const images: Images = createImages({
        database,
        env,
        log,
        rerender: (id) => rerenderPostsWith(database, images, id),
    });
    return {
        env,
        log,
        database,
        redis,
        auth: createAuth({ database, redis, env }),
        images,
        posts: createPosts({ database, images, env }),
        reader: createReader(database),
        search: createSearch(database),
        readerScript: versioned("/reader.js", publicFolder),
        connections: () => countConnections(database),
        async close() {
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
