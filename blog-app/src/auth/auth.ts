import { createHash, randomBytes } from "node:crypto";
import { and, desc, eq, gt, lte, ne } from "drizzle-orm";
import type { Redis } from "ioredis";
import * as z from "zod";

import type { Database } from "../data/database";
import { author, session } from "../data/schema";
import { adminStrings } from "../i18n/admin";
import { ApiError } from "../server/api-error";
import type { Env } from "../server/env";
import { CLEARED_COOKIE, readSessionId, sessionCookie } from "./cookie";
import { hashPassword, PASSWORD_MAXIMUM, PASSWORD_MINIMUM, passwordLength, verifyPassword } from "./password";
import { createAttemptLimit } from "./rate-limit";

const SECOND = 1_000;
const DAY = 24 * 60 * 60 * SECOND;
const IDLE = 7 * DAY;
const ABSOLUTE = 30 * DAY;
/** How old a session's last use may get before it is written down again. */
const TOUCH = 5 * 60 * SECOND;

export interface Author {
    readonly id: number;
    readonly email: string;
    readonly name: string;
}

/** Somebody who is signed in. */
export interface Session {
    readonly author: Author;
    /** SHA-256 of the session's id, in hex. */
    readonly key: string;
}

export interface SessionListing {
    readonly key: string;
    readonly userAgent: string;
    /** ISO 8601. */
    readonly createdAt: string;
    readonly lastSeenAt: string;
}

export interface SignInAttempt {
    readonly email: string;
    readonly password: string;
    readonly ip: string;
    readonly userAgent: string;
    /** The session that the browser had before; it ends with the attempt's success. */
    readonly cookie: string | undefined;
}

export interface Auth {
    /**
     * Starts a session under a new id. Throws an `ApiError`: 401 with the same words and after the same work whether
     * the address or the password is wrong; 429 after too many attempts.
     */
    signIn(attempt: SignInAttempt): Promise<{ session: Session; setCookie: string }>;
    /** Who sends this Cookie header; null: nobody, or a session that has ended. */
    session(cookie: string | undefined): Promise<Session | null>;
    /** Ends the session. Returns the Set-Cookie header that takes it back. */
    signOut(session: Session): Promise<string>;
    /** Ends all of the author's sessions but this one; without one, all. Returns how many. */
    signOutOthers(authorId: number, keep?: Session): Promise<number>;
    sessions(authorId: number): Promise<readonly SessionListing[]>;
    /** Ends the other sessions too. Throws an `ApiError`: 422 beside `current` or `password`; 429. */
    changePassword(
        session: Session,
        change: { readonly current: string; readonly password: string; readonly ip: string },
    ): Promise<void>;
    /** Throws an `ApiError`, 422 with fields, where the address is taken or anything is no good. */
    createAuthor(given: { readonly email: string; readonly name: string; readonly password: string }): Promise<Author>;
    /** Sets a new password and ends all sessions. Throws an `ApiError`: 404, or 422. */
    resetPassword(email: string, password: string): Promise<void>;
    /** Makes the author unless the address is there already; true when it was made. */
    ensureAuthor(given: { readonly email: string; readonly name: string; readonly password: string }): Promise<boolean>;
    /** Removes sessions that have ended. Returns how many. */
    collectSessions(): Promise<number>;
}

interface Dependencies {
    readonly database: Database;
    readonly redis: Redis | undefined;
    readonly env: Pick<Env, "SITE_LANGUAGE">;
    readonly now?: () => Date;
}

const emailAddress = z.email().max(254);

export function createAuth({ database, redis, env, now = () => new Date() }: Dependencies): Auth {
    const words = adminStrings(env.SITE_LANGUAGE).errors;
    const limit = createAttemptLimit(redis);
    /** Verified where the address is unknown, so that both refusals take the same time. */
    let dummy: Promise<string> | undefined;
    const dummyHash = () => (dummy ??= hashPassword(randomBytes(32).toString("base64url")));
    const query = () => database.query;

    const refuseTooMany = async (ip: string, account: string) => {
        const seconds = await limit.attempt(ip, account);
        if (seconds === undefined) return;
        throw new ApiError(429, words.tooManyAttempts(Math.ceil(seconds / 60)), {
            headers: { "retry-after": String(seconds) },
        });
    };
    const passwordFault = (password: string): string | undefined => {
        const length = passwordLength(password);
        if (length < PASSWORD_MINIMUM) return words.passwordShort(length, PASSWORD_MINIMUM);
        if (length > PASSWORD_MAXIMUM) return words.passwordLong(length, PASSWORD_MAXIMUM);
        return undefined;
    };
    const endAll = (authorId: number, keep?: Session) =>
        query()
            .delete(session)
            .where(
                and(
                    eq(session.authorId, authorId),
                    keep === undefined ? undefined : ne(session.idHash, Buffer.from(keep.key, "hex")),
                ),
            );

    const auth: Auth = {
        async signIn({ email, password, ip, userAgent, cookie }) {
            const [found] = await query().select().from(author).where(eq(author.email, email.trim()));
            // A new password begins a new count: whoever reset it is not locked out by the guesses at the old one.
            const account = `${email} ${String(found?.updatedAt.getTime() ?? 0)}`;
            await refuseTooMany(ip, account);
            const other = await dummyHash();
            const right = await verifyPassword(found?.passwordHash ?? other, password);
            if (found === undefined || !right) throw new ApiError(401, words.signInRefused);
            await limit.forget(ip, account);
            const before = readSessionId(cookie);
            if (before !== undefined)
                await query()
                    .delete(session)
                    .where(eq(session.idHash, hashOf(before)));
            const id = randomBytes(32).toString("base64url");
            const time = now();
            await query()
                .insert(session)
                .values({
                    idHash: hashOf(id),
                    authorId: found.id,
                    userAgent: userAgent.slice(0, 255),
                    createdAt: time,
                    lastSeenAt: time,
                    expiresAt: new Date(time.getTime() + IDLE),
                });
            return {
                session: {
                    author: { id: found.id, email: found.email, name: found.name },
                    key: hashOf(id).toString("hex"),
                },
                setCookie: sessionCookie(id, ABSOLUTE / SECOND),
            };
        },

        async session(cookie) {
            const id = readSessionId(cookie);
            if (id === undefined) return null;
            const time = now();
            const idHash = hashOf(id);
            const [found] = await query()
                .select({
                    id: author.id,
                    email: author.email,
                    name: author.name,
                    createdAt: session.createdAt,
                    lastSeenAt: session.lastSeenAt,
                })
                .from(session)
                .innerJoin(author, eq(author.id, session.authorId))
                .where(and(eq(session.idHash, idHash), gt(session.expiresAt, time)));
            if (found === undefined) return null;
            if (time.getTime() - found.lastSeenAt.getTime() > TOUCH) {
                const expiresAt = new Date(Math.min(time.getTime() + IDLE, found.createdAt.getTime() + ABSOLUTE));
                await query().update(session).set({ lastSeenAt: time, expiresAt }).where(eq(session.idHash, idHash));
            }
            return {
                author: { id: found.id, email: found.email, name: found.name },
                key: idHash.toString("hex"),
            };
        },

        async signOut({ key }) {
            await query()
                .delete(session)
                .where(eq(session.idHash, Buffer.from(key, "hex")));
            return CLEARED_COOKIE;
        },

        async signOutOthers(authorId, keep) {
            const [result] = await endAll(authorId, keep);
            return result.affectedRows;
        },

        async sessions(authorId) {
            const rows = await query()
                .select()
                .from(session)
                .where(and(eq(session.authorId, authorId), gt(session.expiresAt, now())))
                .orderBy(desc(session.lastSeenAt));
            return rows.map(({ idHash, userAgent, createdAt, lastSeenAt }) => ({
                key: idHash.toString("hex"),
                userAgent,
                createdAt: createdAt.toISOString(),
                lastSeenAt: lastSeenAt.toISOString(),
            }));
        },

        async changePassword(current, change) {
            const fault = passwordFault(change.password);
            if (fault !== undefined) throw new ApiError(422, words.fields, { fields: { password: fault } });
            // A stolen session is no free way of guessing.
            await refuseTooMany(change.ip, `change ${current.author.id}`);
            const [found] = await query().select().from(author).where(eq(author.id, current.author.id));
            if (!(await verifyPassword(found?.passwordHash ?? (await dummyHash()), change.current))) {
                throw new ApiError(422, words.fields, { fields: { current: words.passwordWrong } });
            }
            await limit.forget(change.ip, `change ${current.author.id}`);
            await query()
                .update(author)
                .set({ passwordHash: await hashPassword(change.password), updatedAt: now() })
                .where(eq(author.id, current.author.id));
            await endAll(current.author.id, current);
        },

        async createAuthor(given) {
            const email = given.email.trim();
            const name = given.name.trim();
            const fields: Record<string, string> = {};
            if (!emailAddress.safeParse(email).success) fields.email = words.emailWanted(email);
            if (name === "" || name.length > 80) fields.name = words.nameWanted;
            const fault = passwordFault(given.password);
            if (fault !== undefined) fields.password = fault;
            if (Object.keys(fields).length > 0) throw new ApiError(422, words.fields, { fields });
            const time = now();
            try {
                const [result] = await query()
                    .insert(author)
                    .values({
                        email,
                        name,
                        passwordHash: await hashPassword(given.password),
                        createdAt: time,
                        updatedAt: time,
                    });
                return { id: result.insertId, email, name };
            } catch (error) {
                if (!isDuplicate(error)) throw error;
                throw new ApiError(422, words.fields, { fields: { email: words.emailTaken(email) } });
            }
        },

        async resetPassword(email, password) {
            const fault = passwordFault(password);
            if (fault !== undefined) throw new ApiError(422, words.fields, { fields: { password: fault } });
            const [found] = await query().select({ id: author.id }).from(author).where(eq(author.email, email.trim()));
            if (found === undefined) {
                throw new ApiError(404, words.noAuthor(email), { fields: { email: words.noAuthor(email) } });
            }
            await query()
                .update(author)
                .set({ passwordHash: await hashPassword(password), updatedAt: now() })
                .where(eq(author.id, found.id));
            await endAll(found.id);
        },

        async ensureAuthor(given) {
            const [found] = await query()
                .select({ id: author.id })
                .from(author)
                .where(eq(author.email, given.email.trim()));
            if (found !== undefined) return false;
            await auth.createAuthor(given);
            return true;
        },

        async collectSessions() {
            const [result] = await query().delete(session).where(lte(session.expiresAt, now()));
            return result.affectedRows;
        },
    };
    return auth;
}

function hashOf(id: string): Buffer {
    return createHash("sha256").update(id).digest();
}

/** drizzle wraps what the driver threw. */
function isDuplicate(error: unknown): boolean {
    const codeOf = (value: unknown) => (value as { code?: unknown } | undefined)?.code;
    return codeOf(error) === "ER_DUP_ENTRY" || codeOf((error as { cause?: unknown }).cause) === "ER_DUP_ENTRY";
}
