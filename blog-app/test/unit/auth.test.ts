import { describe, expect, it } from "vitest";

import { clientIp, clientNetwork } from "../../src/auth/client-ip";
import { CLEARED_COOKIE, readSessionId, sessionCookie } from "../../src/auth/cookie";
import { localPath } from "../../src/auth/local-path";
import { hashPassword, passwordLength, verifyPassword } from "../../src/auth/password";
import { accountKey } from "../../src/auth/rate-limit";

describe("clientIp", () => {
    const from = (forwarded: string | undefined, proxies: number, remoteAddress: string | undefined = "10.0.0.1") =>
        clientIp({ headers: { "x-forwarded-for": forwarded }, socket: { remoteAddress } }, proxies);

    it.each([
        ["no proxy: what a client claims is not believed", "1.1.1.1", 0, "10.0.0.1"],
        ["one proxy: what it saw", "1.1.1.1", 1, "1.1.1.1"],
        ["one proxy: left of it is the client's own claim", "6.6.6.6, 1.1.1.1", 1, "1.1.1.1"],
        ["two proxies", "6.6.6.6, 1.1.1.1, 10.0.0.2", 2, "1.1.1.1"],
        ["fewer entries than proxies: the outermost there is", "1.1.1.1", 2, "1.1.1.1"],
        ["no header behind a proxy", undefined, 1, "10.0.0.1"],
        ["no address at all", "<script>", 1, "10.0.0.1"],
        ["with a port", "1.1.1.1:4711", 1, "1.1.1.1"],
        ["IPv6 in brackets", "[2001:DB8::1]:4711", 1, "2001:db8::1"],
    ])("%s", (_, forwarded, proxies, wanted) => {
        expect(from(forwarded, proxies)).toBe(wanted);
    });

    it("reads IPv4 mapped into IPv6 as IPv4", () => {
        expect(from(undefined, 0, "::ffff:127.0.0.1")).toBe("127.0.0.1");
    });
});

it("counts one subscriber's IPv6 addresses as one client", () => {
    expect(clientNetwork("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
    expect(clientNetwork("2001:db8:1:2::9")).toBe("2001:db8:1:2::/64");
    expect(clientNetwork("::1")).toBe("0:0:0:0::/64");
    expect(clientNetwork("192.0.2.7")).toBe("192.0.2.7");
});

it("counts attempts per client and account, however the address is written, and tells neither", () => {
    const key = accountKey("192.0.2.7", "Author@Example.org ");
    expect(key).toBe(accountKey("192.0.2.7", "author@example.org"));
    expect(key).not.toBe(accountKey("192.0.2.8", "author@example.org"));
    expect(key).not.toBe(accountKey("192.0.2.7", "other@example.org"));
    expect(key).not.toContain("author");
    expect(accountKey("192.0.2.7", "a".repeat(10_000))).toHaveLength(43);
});

describe("localPath", () => {
    it.each([
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "admin",
        "",
        "/..//evil.example",
        "/.//evil.example",
        undefined,
        ["/admin", "/admin/trash"],
    ])("goes to the fallback for %j", (value) => {
        expect(localPath(value)).toBe("/admin");
    });

    it.each(["/admin/posts/7", "/admin?status=draft&search=%ED%95%9C", "/"])("keeps %s", (value) => {
        expect(localPath(value)).toBe(value);
    });
});

describe("the session's cookie", () => {
    const id = "A".repeat(43);

    it("is for this host alone, for https alone, and out of reach of scripts", () => {
        expect(sessionCookie(id, 60)).toBe(`__Host-sid=${id}; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=60`);
        expect(CLEARED_COOKIE).toMatch(/^__Host-sid=; .*Max-Age=0$/);
    });

    it("is found among others, and only where this server could have made it", () => {
        expect(readSessionId(`theme=dark; __Host-sid=${id}; a=b`)).toBe(id);
        expect(readSessionId(`sid=${id}`)).toBeUndefined();
        expect(readSessionId("__Host-sid=short")).toBeUndefined();
        expect(readSessionId(`__Host-sid=${"'".repeat(43)}`)).toBeUndefined();
        expect(readSessionId(undefined)).toBeUndefined();
    });
});

describe("passwords", () => {
    it("defect 1 of the original, unsalted SHA-256: are hashed by Argon2id at 19 MiB and two passes, each with a salt of its own", async () => {
        const [one, two] = await Promise.all([hashPassword("correct horse"), hashPassword("correct horse")]);
        expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
        expect(one).not.toBe(two);
        expect(await verifyPassword(one, "correct horse")).toBe(true);
        expect(await verifyPassword(one, "correct hors")).toBe(false);
        expect(await verifyPassword("5e884898da28047151d0e56f8dc62927", "password")).toBe(false);
    });

    it("are the same whether Hangul comes composed or in parts", async () => {
        const word = "열쇠말은비밀입니다";
        expect(await verifyPassword(await hashPassword(word.normalize("NFC")), word.normalize("NFD"))).toBe(true);
        expect(passwordLength(word.normalize("NFD"))).toBe(9);
    });
});
