import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from "rate-limiter-flexible";

import { clientNetwork } from "./client-ip";

const SECONDS = 15 * 60;
const PER_ACCOUNT = 5;
const PER_CLIENT = 30;

/** Attempts at guessing a password, counted on all replicas together, and by each for itself while Redis is down. */
export interface AttemptLimit {
    /** Counts an attempt. The seconds to wait where there were too many; undefined: go on. */
    attempt(ip: string, account: string): Promise<number | undefined>;
    /** Forgets the attempts at an account: they ended in the right password. */
    forget(ip: string, account: string): Promise<void>;
}

export function createAttemptLimit(redis: Redis | undefined): AttemptLimit {
    const limiter = (name: string, points: number): RateLimiterAbstract => {
        const options = { keyPrefix: `blog:attempts:${name}`, points, duration: SECONDS };
        const memory = new RateLimiterMemory(options);
        if (redis === undefined) return memory;
        return new RateLimiterRedis({
            ...options,
            storeClient: redis,
            insuranceLimiter: memory,
            rejectIfRedisNotReady: true,
        });
    };
    const accounts = limiter("account", PER_ACCOUNT);
    const clients = limiter("client", PER_CLIENT);
    return {
        async attempt(ip, account) {
            const waits = await Promise.all([
                consume(clients, clientNetwork(ip)),
                consume(accounts, accountKey(ip, account)),
            ]);
            const wait = Math.max(...waits);
            return wait === 0 ? undefined : wait;
        },
        async forget(ip, account) {
            await accounts.delete(accountKey(ip, account)).catch(() => undefined);
        },
    };
}

/** Hashed: an address that somebody typed is not to be read out of Redis, and has no bound on its length. */
export function accountKey(ip: string, account: string): string {
    return createHash("sha256")
        .update(`${clientNetwork(ip)} ${account.trim().toLowerCase()}`)
        .digest("base64url");
}

/** Seconds to wait; 0: none. */
async function consume(limiter: RateLimiterAbstract, key: string): Promise<number> {
    try {
        await limiter.consume(key);
        return 0;
    } catch (reason) {
        if (reason instanceof RateLimiterRes) return Math.max(1, Math.ceil(reason.msBeforeNext / 1000));
        throw reason;
    }
}
