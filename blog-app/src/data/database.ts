import type { Socket } from "node:net";
import { drizzle, type MySql2Database } from "drizzle-orm/mysql2";
import { eq, sql } from "drizzle-orm";
import { createPool, type Pool } from "mysql2/promise";

import type { Env } from "../server/env";
import * as schema from "./schema";

export type Queries = MySql2Database<typeof schema>;
export type Transaction = Parameters<Parameters<Queries["transaction"]>[0]>[0];

export interface Database {
    readonly query: Queries;
    /** For what drizzle has no words for. */
    readonly pool: Pool;
    /**
     * One transaction that changes what a reader can see: it also raises the site's version, so that no replica serves
     * a page made before it. What the function throws rolls all of it back.
     */
    change<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
    /** Called with the new version after each `change` of this process. */
    onChange(listener: (version: number) => void): void;
    version(): Promise<number>;
    close(): Promise<void>;
}

type Settings = Pick<
    Env,
    | "DATABASE_HOST"
    | "DATABASE_PORT"
    | "DATABASE_NAME"
    | "DATABASE_USER"
    | "DATABASE_PASSWORD"
    | "DATABASE_CONNECTIONS"
    | "DATABASE_CA"
>;

export function connectionOptions(env: Settings) {
    return {
        host: env.DATABASE_HOST,
        port: env.DATABASE_PORT,
        database: env.DATABASE_NAME,
        user: env.DATABASE_USER,
        password: env.DATABASE_PASSWORD,
        ...(env.DATABASE_CA === undefined ? {} : { ssl: { ca: env.DATABASE_CA } }),
        timezone: "Z",
        charset: "utf8mb4_unicode_ci",
        connectTimeout: 3_000,
    };
}

/** A little more than a statement waits for a lock (innodb_lock_wait_timeout). */
const SILENCE_MILLISECONDS = 60_000;

/**
 * `silence`: milliseconds after which a connection on which nothing comes or goes is given up, with what waits on it: a
 * database whose machine is gone doesn't say so, and TCP waits a quarter of an hour.
 */
export function openDatabase(env: Settings, silence = SILENCE_MILLISECONDS): Database {
    const pool = createPool({
        ...connectionOptions(env),
        connectionLimit: env.DATABASE_CONNECTIONS,
        // A request waits for a connection, but a crowd is told at once.
        queueLimit: 500,
        enableKeepAlive: true,
    });
    pool.pool.on("connection", (connection) => {
        const { stream } = connection as unknown as { stream: Socket };
        stream.setTimeout(silence, () => stream.destroy(new Error("the database has been silent for too long")));
    });
    const query = drizzle(pool, { schema, mode: "default" });
    const listeners: ((version: number) => void)[] = [];
    const readVersion = async (from: Pick<Queries, "select">) => {
        const [row] = await from
            .select({ version: schema.site.version })
            .from(schema.site)
            .where(eq(schema.site.id, 1));
        if (row === undefined) throw new Error("table site is empty: the migrations have not run");
        return row.version;
    };
    return {
        query,
        pool,
        async change(work) {
            const { result, version } = await query.transaction(async (transaction) => {
                // First, so that two changes wait for one another here and not crosswise later. By the clock, so
                // that a restored database never counts through versions that have been cached before.
                await transaction
                    .update(schema.site)
                    .set({
                        version: sql`GREATEST(${schema.site.version} + 1, CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS UNSIGNED))`,
                    })
                    .where(eq(schema.site.id, 1));
                const result = await work(transaction);
                return { result, version: await readVersion(transaction) };
            });
            for (const listener of listeners) listener(version);
            return result;
        },
        onChange: (listener) => void listeners.push(listener),
        version: () => readVersion(query),
        close: () => pool.end(),
    };
}
