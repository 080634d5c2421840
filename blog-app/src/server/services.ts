import type { Redis } from "ioredis";

import type { Auth } from "../auth/auth";
import type { Database } from "../data/database";
import type { Images } from "../images/images";
import type { Posts } from "../posts/posts";
import type { Reader } from "../reader/reader";
import type { Views } from "../reader/views";
import type { Search } from "../search/search";
import type { Transfer } from "../transfer/transfer";
import type { Env } from "./env";
import type { Log } from "./log";

/**
 * What the pages and the API work with. The server makes it once (create-services.ts), before Next.js starts, and Next's
 * bundles reach it by `services()`: so there is one pool, one Redis client and one renderer, and none of their code is in
 * Next's output. Only types are imported here for that.
 */
export interface Services {
    readonly env: Env;
    readonly log: Log;
    readonly database: Database;
    readonly redis: Redis | undefined;
    readonly auth: Auth;
    /** Pictures: rows in the database, pixels in a private bucket. */
    readonly images: Images;
    /** The author's side of posts. */
    readonly posts: Posts;
    /** Posts and pictures as files, out and in. */
    readonly transfer: Transfer;
    /** What readers are shown. */
    readonly reader: Reader;
    /** How often posts were read. */
    readonly views: Views;
    readonly search: Search;
    /** The address of the readers' own script, with its content's hash. */
    readonly readerScript: string;
    /** MariaDB's connections of this process. */
    connections(): { open: number; free: number; waiting: number };
    close(): Promise<void>;
}

const KEY = Symbol.for("blog-app.services");

export function provideServices(services: Services): void {
    (globalThis as Record<symbol, unknown>)[KEY] = services;
}

/** The server's services; throws where no server made them, such as in `next build`. */
export function services(): Services {
    const provided = (globalThis as Record<symbol, unknown>)[KEY] as Services | undefined;
    if (provided === undefined) throw new Error("no services: pages run inside src/commands/server.ts only");
    return provided;
}
