import { createHmac, randomUUID } from "node:crypto";
import { and, eq, lt, sql, sum } from "drizzle-orm";
import type { Redis } from "ioredis";
import { LRUCache } from "lru-cache";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

import { clientNetwork } from "../auth/client-ip";
import type { Database } from "../data/database";
import { post, postView, postViewBatch } from "../data/schema";
import { adminStrings } from "../i18n/admin";
import { ApiError } from "../server/api-error";
import type { Env } from "../server/env";
import type { Log } from "../server/log";
import { visible } from "./visible";
import { messageOf } from "../server/message-of";

/** How often a post was read: each reader counts once a day. */
export interface Views {
    /**
     * Counts a reader of a post, unless it is a program, or was counted today. The views so far; undefined where readers
     * see no such post. Throws an `ApiError` where one client asks too often.
     */
    count(slug: string, reader: { ip: string; userAgent: string }): Promise<{ views: number } | undefined>;
    /** Adds what was counted to the database: each view once, however many replicas do it at once. */
    flush(): Promise<{ views: number }>;
}

const DAY_SECONDS = 24 * 3600;
const PER_MINUTE = 60;
/** Longer than Redis keeps anything of it. */
const KEEP_BATCHES_DAYS = 30;

/* One hash slot, so that a script may rename one to another. */
const COUNTS = "{blog:views}:counts";
const BATCHES = "{blog:views}:batches";
const batchKey = (id: string) => `{blog:views}:batch:${id}`;

/** Marks the reader and counts the view in one step: 1 where it was the reader's first today. */
const COUNT_SCRIPT = `
if redis.call("SET", KEYS[1], "", "NX", "EX", ARGV[2]) then
    redis.call("HINCRBY", KEYS[2], ARGV[1], 1)
    return 1
end
return 0`;
/** Sets what was counted aside under a name of its own: what is counted from now on is the next batch's. */
const TAKE_SCRIPT = `
if redis.call("EXISTS", KEYS[1]) == 1 then
    redis.call("RENAME", KEYS[1], KEYS[3])
    redis.call("SADD", KEYS[2], ARGV[1])
end
return redis.call("SMEMBERS", KEYS[2])`;

/** Programs that say what they are; also what has no name at all. */
const PROGRAM =
    /(?<!cu)bot\b|bot[/;)_-]|\+https?:|crawl|spider|slurp|preview|fetch|monitor|headless|lighthouse|curl|wget|python|java\/|go-http|node|axios|httpclient|scan|archiver|facebookexternalhit|embed|feed|^$/i;

export function isProgram(userAgent: string): boolean {
    return PROGRAM.test(userAgent.trim());
}

export function createViews(options: {
    readonly database: Database;
    readonly redis: Redis | undefined;
    readonly env: Pick<Env, "SECRET_KEY" | "SITE_LANGUAGE">;
    readonly log: Log;
    readonly now?: () => Date;
}): Views {
    const { database, redis, env, log, now = () => new Date() } = options;
    const limiter = new RateLimiterMemory({ points: PER_MINUTE, duration: 60 });
    /** While Redis is down: who was counted today, and what was counted. */
    const seenHere = new LRUCache<string, true>({ max: 20_000, ttl: DAY_SECONDS * 1000 });
    let countedHere = new Map<string, number>();
    /** Under their ids, as long as it isn't known whether the database has them. */
    const batchesHere = new Map<string, ReadonlyMap<string, number>>();

    /** Post and day of a count; UTC, as the database's times. */
    const fieldOf = (postId: number, daysAgo = 0) => {
        const time = new Date(now().getTime() - daysAgo * DAY_SECONDS * 1000);
        return `${String(postId)}:${time.toISOString().slice(0, 10)}`;
    };

    /** Neither address nor browser can be had back from it, and tomorrow the same reader has another. */
    const readerOf = (field: string, { ip, userAgent }: { ip: string; userAgent: string }) =>
        createHmac("sha256", env.SECRET_KEY)
            .update(`view\n${field}\n${clientNetwork(ip)}\n${userAgent}`)
            .digest("base64url")
            .slice(0, 22);

    async function countOne(postId: number, reader: { ip: string; userAgent: string }): Promise<void> {
        const field = fieldOf(postId);
        const hash = readerOf(field, reader);
        if (seenHere.has(hash)) return;
        if (redis !== undefined) {
            try {
                await redis.eval(COUNT_SCRIPT, 2, `{blog:views}:seen:${hash}`, COUNTS, field, DAY_SECONDS);
                return;
            } catch (error) {
                log.debug({ error: messageOf(error) }, "view counted in memory");
            }
        }
        seenHere.set(hash, true);
        countedHere.set(field, (countedHere.get(field) ?? 0) + 1);
    }

    /** In the database, and counted since. */
    async function viewsOf(postId: number): Promise<number> {
        const [row] = await database.query
            .select({ views: sum(postView.views) })
            .from(postView)
            .where(eq(postView.postId, postId));
        // What was counted before midnight may not be in the database yet.
        const fields = [fieldOf(postId), fieldOf(postId, 1)];
        const counted = (await redis?.hmget(COUNTS, ...fields).catch(() => [])) ?? [];
        const since = [...counted, ...fields.map((field) => countedHere.get(field))];
        return since.reduce<number>((total, views) => total + Number(views ?? 0), Number(row?.views ?? 0));
    }

    /** Adds a batch, unless it was added before. A post that is gone meanwhile has no views. */
    async function add(id: string, counts: ReadonlyMap<string, number>): Promise<number> {
        return database.query.transaction(async (transaction) => {
            // Whoever else adds this batch waits here, and then finds it added.
            const [{ affectedRows }] = await transaction.insert(postViewBatch).ignore().values({ id, addedAt: now() });
            if (affectedRows === 0) return 0;
            let views = 0;
            for (const [field, count] of counts) {
                const [postId, day] = field.split(":");
                const [added] = await transaction.execute(
                    sql`INSERT INTO ${postView} (post_id, day, views)
                        SELECT id, ${day}, ${count} FROM ${post} WHERE id = ${Number(postId)}
                        ON DUPLICATE KEY UPDATE views = ${postView.views} + ${count}`,
                );
                if (added.affectedRows > 0) views += count;
            }
            return views;
        });
    }

    async function flushHere(): Promise<number> {
        if (countedHere.size > 0) batchesHere.set(randomUUID(), countedHere);
        countedHere = new Map();
        let views = 0;
        for (const [id, counts] of batchesHere) {
            views += await add(id, counts);
            batchesHere.delete(id);
        }
        return views;
    }

    async function flushRedis(): Promise<number> {
        if (redis?.status !== "ready") return 0;
        const id = randomUUID();
        // Also those of a replica that ended before it was done with them.
        const batches = (await redis.eval(TAKE_SCRIPT, 3, COUNTS, BATCHES, batchKey(id), id)) as string[];
        let views = 0;
        for (const batch of batches) {
            const counts = Object.entries(await redis.hgetall(batchKey(batch)));
            views += await add(batch, new Map(counts.map(([field, count]) => [field, Number(count)])));
            await redis.del(batchKey(batch));
            await redis.srem(BATCHES, batch);
        }
        return views;
    }

    return {
        async count(slug, reader) {
            await limiter.consume(clientNetwork(reader.ip)).catch((reason: unknown) => {
                if (!(reason instanceof RateLimiterRes)) throw reason;
                const minutes = Math.max(1, Math.ceil(reason.msBeforeNext / 60_000));
                throw new ApiError(429, adminStrings(env.SITE_LANGUAGE).errors.tooManyAttempts(minutes), {
                    headers: { "retry-after": String(Math.max(1, Math.ceil(reason.msBeforeNext / 1000))) },
                });
            });
            const [row] = await database.query
                .select({ id: post.id })
                .from(post)
                .where(and(eq(post.slug, slug), visible(now())));
            if (row === undefined) return undefined;
            if (!isProgram(reader.userAgent)) await countOne(row.id, reader);
            return { views: await viewsOf(row.id) };
        },
        async flush() {
            const views = (await flushHere()) + (await flushRedis());
            const before = new Date(now().getTime() - KEEP_BATCHES_DAYS * DAY_SECONDS * 1000);
            await database.query.delete(postViewBatch).where(lt(postViewBatch.addedAt, before));
            return { views };
        },
    };
}
