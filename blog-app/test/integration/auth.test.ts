import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import { createAuth, type Auth } from "../../src/auth/auth";
import { openDatabase, type Database } from "../../src/data/database";
import { openRedis } from "../../src/data/redis";
import { createLog } from "../../src/server/log";
import { freshEnvironment } from "../support/app";
import { refusal } from "../support/refusal";

const DAY = 24 * 60 * 60 * 1000;
const email = "author@example.org";
const password = "correct horse battery";

let database: Database;
let auth: Auth;
let time = new Date("2026-03-01T09:00:00Z");
let ip = "192.0.2.1";
let attempts = 0;

beforeAll(async () => {
    const { env } = await freshEnvironment();
    database = openDatabase(env);
    auth = createAuth({ database, redis: undefined, env: { SITE_LANGUAGE: "en" }, now: () => time });
    await auth.createAuthor({ email, name: "Author", password });
});
afterAll(() => database.close());
beforeEach(() => {
    time = new Date("2026-03-01T09:00:00Z");
    ip = `192.0.2.${(attempts += 1)}`;
});

const signIn = (overrides: Partial<Parameters<Auth["signIn"]>[0]> = {}) =>
    auth.signIn({ email, password, ip, userAgent: "test", cookie: undefined, ...overrides });
const cookieOf = (setCookie: string) => setCookie.split(";")[0]!;

it("defect 2 of the original, the author's name in the code: knows who signed in by the cookie and the database, and keeps no more of it than its SHA-256", async () => {
    const { session, setCookie } = await signIn();
    const cookie = cookieOf(setCookie);
    expect(await auth.session(cookie)).toEqual(session);
    expect(session.author).toMatchObject({ email, name: "Author" });
    const [rows] = await database.pool.query("SELECT HEX(id_hash) AS hash FROM session");
    expect(JSON.stringify(rows)).not.toContain(
        Buffer.from(cookie.split("=")[1]!, "base64url").toString("hex").toUpperCase(),
    );
    expect(await auth.session(`__Host-sid=${"A".repeat(43)}`)).toBeNull();
});

it("refuses an unknown address and a wrong password with the same words, after the same work", async () => {
    const wrong = await refusal(signIn({ password: "wrong password" }));
    const unknown = await refusal(signIn({ email: "nobody@example.org" }));
    expect(wrong.status).toBe(401);
    expect([unknown.status, unknown.message, unknown.details]).toEqual([wrong.status, wrong.message, wrong.details]);
    const median = async (attempt: () => Promise<unknown>) => {
        const times: number[] = [];
        for (let index = 0; index < 5; index += 1) {
            ip = `198.51.100.${(attempts += 1)}`;
            const started = performance.now();
            await refusal(attempt());
            times.push(performance.now() - started);
        }
        return times.sort((a, b) => a - b)[2]!;
    };
    const [known, other] = [
        await median(() => signIn({ password: "wrong password" })),
        await median(() => signIn({ email: "nobody@example.org" })),
    ];
    // Without the dummy's hash an unknown address is some 20 times faster.
    expect(other).toBeGreaterThan(known / 3);
    expect(known).toBeGreaterThan(other / 3);
});

it("gives a new id at each sign in, and ends the session that the browser had", async () => {
    const first = cookieOf((await signIn()).setCookie);
    const second = cookieOf((await signIn({ cookie: first })).setCookie);
    expect(second).not.toBe(first);
    expect(await auth.session(first)).toBeNull();
    // An id that somebody else chose is never taken over.
    const chosen = `__Host-sid=${"B".repeat(43)}`;
    await signIn({ cookie: chosen });
    expect(await auth.session(chosen)).toBeNull();
});

it("ends after 7 days without use, and after 30 days in any case", async () => {
    const idle = cookieOf((await signIn()).setCookie);
    time = new Date(time.getTime() + 6.9 * DAY);
    expect(await auth.session(idle)).not.toBeNull();
    time = new Date(time.getTime() + 7.1 * DAY);
    expect(await auth.session(idle)).toBeNull();

    const used = cookieOf((await signIn()).setCookie);
    for (let day = 0; day < 29; day += 1) {
        time = new Date(time.getTime() + DAY);
        expect(await auth.session(used), `day ${day}`).not.toBeNull();
    }
    time = new Date(time.getTime() + 1.1 * DAY);
    expect(await auth.session(used)).toBeNull();
    expect(await auth.collectSessions()).toBeGreaterThan(0);
});

it("signs out this session, or all the others", async () => {
    const [one, two, three] = [await signIn(), await signIn(), await signIn()];
    expect(await auth.signOut(one.session)).toMatch(/Max-Age=0/);
    expect(await auth.session(cookieOf(one.setCookie))).toBeNull();
    expect((await auth.sessions(two.session.author.id)).map(({ key }) => key)).toContain(three.session.key);
    expect(await auth.signOutOthers(two.session.author.id, two.session)).toBeGreaterThan(0);
    expect(await auth.session(cookieOf(two.setCookie))).not.toBeNull();
    expect(await auth.session(cookieOf(three.setCookie))).toBeNull();
});

it("changes the password for who knows the old one, and ends the other sessions", async () => {
    const [mine, other] = [await signIn(), await signIn()];
    const wrong = await refusal(
        auth.changePassword(mine.session, { current: "wrong", password: "another phrase", ip }),
    );
    expect(wrong.status).toBe(422);
    expect(wrong.details.fields).toHaveProperty("current");
    const short = await refusal(
        auth.changePassword(mine.session, { current: password, password: "짧은 비밀번호", ip }),
    );
    expect(short.details.fields?.password).toBe("The password has 7 characters; wanted: at least 10.");
    await auth.changePassword(mine.session, { current: password, password: "another phrase", ip });
    expect(await auth.session(cookieOf(mine.setCookie))).not.toBeNull();
    expect(await auth.session(cookieOf(other.setCookie))).toBeNull();
    expect((await refusal(signIn())).status).toBe(401);
    await auth.resetPassword(email, password);
    expect(await auth.session(cookieOf(mine.setCookie))).toBeNull();
    await signIn();
});

it("refuses the sixth attempt within 15 minutes, even with the right password; other clients go on", async () => {
    for (let attempt = 1; attempt <= 5; attempt += 1) {
        expect((await refusal(signIn({ password: "wrong password" }))).status, `attempt ${attempt}`).toBe(401);
    }
    const sixth = await refusal(signIn());
    expect(sixth.status).toBe(429);
    expect(Number(sixth.details.headers?.["retry-after"])).toBeGreaterThan(800);
    await signIn({ ip: "203.0.113.9" });
});

it("forgets the failed attempts at a right password, and counts a client's over all accounts", async () => {
    for (let attempt = 0; attempt < 4; attempt += 1) await refusal(signIn({ password: "wrong password" }));
    await signIn();
    for (let attempt = 0; attempt < 4; attempt += 1) await refusal(signIn({ password: "wrong password" }));
    await signIn();
    const client = "203.0.113.77";
    const statuses: number[] = [];
    for (let account = 0; account < 31; account += 1) {
        statuses.push((await refusal(signIn({ ip: client, email: `user${account}@example.org` }))).status);
    }
    expect(statuses.slice(0, 30).every((status) => status === 401)).toBe(true);
    expect(statuses[30]).toBe(429);
});

it("lets in whoever has reset the password, however often the old one was guessed at", async () => {
    const other = "locked-out@example.org";
    await auth.createAuthor({ email: other, name: "Locked out", password: "a first password" });
    const guess = (password: string) => signIn({ email: other, password, ip: "203.0.113.99" });
    for (let attempt = 0; attempt < 5; attempt += 1) expect((await refusal(guess("wrong password"))).status).toBe(401);
    expect((await refusal(guess("a first password"))).status).toBe(429);
    time = new Date(time.getTime() + 1_000);
    await auth.resetPassword(other, "a second password");
    expect((await guess("a second password")).session.author.email).toBe(other);
});

it("counts in Redis, and by itself while Redis is away", async () => {
    const { env } = await freshEnvironment();
    const log = createLog("error");
    const redis = openRedis(env.REDIS_URL!, log);
    await new Promise((resolve) => redis.once("ready", resolve));
    const replica = () => createAuth({ database, redis, env: { SITE_LANGUAGE: "en" }, now: () => time });
    const client = `2001:db8:${Math.floor(Math.random() * 0xffff).toString(16)}::1`;
    const fail = (on: Auth) =>
        refusal(on.signIn({ email, password: "wrong password", ip: client, userAgent: "", cookie: undefined }));
    // Two replicas count together.
    const [one, two] = [replica(), replica()];
    for (let attempt = 0; attempt < 5; attempt += 1)
        expect((await fail(attempt % 2 === 0 ? one : two)).status).toBe(401);
    expect((await fail(two)).status).toBe(429);
    redis.disconnect();
    const cut = replica();
    for (let attempt = 0; attempt < 5; attempt += 1) expect((await fail(cut)).status).toBe(401);
    expect((await fail(cut)).status).toBe(429);
});

it("makes an author once, with an address, a name and a password that are good", async () => {
    const taken = await refusal(auth.createAuthor({ email: " AUTHOR@example.org", name: "Again", password }));
    expect(taken.details.fields).toHaveProperty("email");
    const bad = await refusal(auth.createAuthor({ email: "author", name: " ", password: "short" }));
    expect(Object.keys(bad.details.fields ?? {})).toEqual(["email", "name", "password"]);
    expect(await auth.ensureAuthor({ email, name: "Author", password: "not looked at" })).toBe(false);
    expect((await refusal(auth.resetPassword("nobody@example.org", password))).status).toBe(404);
});
