import { describe, expect, it } from "vitest";

import { describeVariables, EnvError, readEnv } from "../../../src/server/env";

const whole = {
    SITE_URL: "https://blog.example.org",
    DATABASE_HOST: "192.0.2.10",
    DATABASE_NAME: "blog",
    DATABASE_USER: "blog",
    DATABASE_PASSWORD: "swordfish",
    S3_ENDPOINT: "http://192.0.2.11:9000",
    S3_BUCKET: "blog",
    S3_ACCESS_KEY_ID: "key",
    S3_SECRET_ACCESS_KEY: "swordfish",
    SECRET_KEY: "0123456789abcdef0123456789abcdef",
};

function faults(environment: Record<string, string | undefined>, read?: (path: string) => string): readonly string[] {
    try {
        readEnv(environment, read);
    } catch (error) {
        if (error instanceof EnvError) return error.faults;
        throw error;
    }
    return [];
}

describe("readEnv", () => {
    it("fills in the defaults", () => {
        expect(readEnv(whole)).toMatchObject({
            PORT: 3000,
            DATABASE_PORT: 3306,
            SITE_LANGUAGE: "ko",
            TRUSTED_PROXIES: 0,
        });
    });

    it("lists every fault at once", () => {
        const found = faults({
            ...whole,
            SITE_URL: "blog.example.org",
            DATABASE_NAME: undefined,
            PORT: "70000",
            REDIS_URL: "192.0.2.1",
            SECRET_KEY: "short",
        });
        expect(found.map((fault) => fault.split(":")[0]).sort()).toEqual([
            "DATABASE_NAME",
            "PORT",
            "REDIS_URL",
            "SECRET_KEY",
            "SITE_URL",
        ]);
    });

    it("never shows a value of a secret", () => {
        expect(faults({ ...whole, SECRET_KEY: "hunter2", SITE_URL: "x" }).join("\n")).not.toContain("hunter2");
    });

    it("shows what it found and what is wanted, in our words", () => {
        expect(faults({ ...whole, PORT: "abc", SITE_LANGUAGE: "fr", DATABASE_CA: "zz" })).toEqual([
            'SITE_LANGUAGE: found "fr"; wanted: ko or en',
            "DATABASE_CA: wanted: a certificate in PEM, -----BEGIN CERTIFICATE----- and so on",
            'PORT: found "abc"; wanted: a whole number from 0 to 65535',
        ]);
    });

    it("takes an empty variable as one that isn't there", () => {
        expect(readEnv({ ...whole, REDIS_URL: "" }).REDIS_URL).toBeUndefined();
        expect(faults({ ...whole, S3_BUCKET: "" })).toEqual([
            "S3_BUCKET: missing; wanted: the bucket's name; it must be private",
        ]);
    });

    it("reads a value from the file that NAME_FILE names, without its last line break", () => {
        const { DATABASE_PASSWORD: _, ...rest } = whole;
        const read = (path: string) => (path === "/run/secrets/password" ? "from a file\n" : "");
        expect(readEnv({ ...rest, DATABASE_PASSWORD_FILE: "/run/secrets/password" }, read).DATABASE_PASSWORD).toBe(
            "from a file",
        );
    });

    it("says which file can't be read, and not that the variable is missing too", () => {
        const { SECRET_KEY: _, ...rest } = whole;
        const found = faults({ ...rest, SECRET_KEY_FILE: "/nonexistent/key" });
        expect(found).toHaveLength(1);
        expect(found[0]).toMatch(/^SECRET_KEY_FILE: ENOENT.*\/nonexistent\/key/);
    });

    it("refuses a variable that is given twice", () => {
        expect(faults({ ...whole, SECRET_KEY_FILE: "/run/key" })).toEqual([
            "SECRET_KEY: given twice, as itself and as SECRET_KEY_FILE; wanted: one of them",
        ]);
    });

    it("refuses what Next.js would give to the browser", () => {
        expect(faults({ ...whole, NEXT_PUBLIC_DATABASE_URL: "mysql://..." })).toEqual([
            "NEXT_PUBLIC_DATABASE_URL: Next.js gives every NEXT_PUBLIC_ variable to the browser; wanted: the name without it",
        ]);
    });
});

it("has a page of documentation that says the same (vitest -u writes it)", async () => {
    const page = [
        "# Settings",
        "",
        "Variables of the server's environment. Each can be given as a file instead: `<NAME>_FILE` holds its path.",
        "",
        "| variable | what | default |",
        "| --- | --- | --- |",
        ...describeVariables().map(({ name, description, value }) => `| \`${name}\` | ${description} | ${value} |`),
        "",
    ].join("\n");
    await expect(page).toMatchFileSnapshot("../../../docs/settings.md");
});
