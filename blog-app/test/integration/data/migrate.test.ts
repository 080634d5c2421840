import { getTableColumns, getTableName, is } from "drizzle-orm";
import { MySqlTable } from "drizzle-orm/mysql-core";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { expect, it } from "vitest";

import { connectionOptions, openDatabase } from "../../../src/data/database";
import { migrate, readMigrations, type Migration } from "../../../src/data/migrate";
import * as schema from "../../../src/data/schema";
import { freshEnvironment, root } from "../../support/app";

const migration = (name: string, ...statements: string[]): Migration => ({
    name,
    statements,
    hash: name + String(statements.length),
});

it("runs each migration once, however many processes start at a time", async () => {
    const { env } = await freshEnvironment();
    const more = [
        ...readMigrations(`${root}/migrations`),
        migration("0099_more", "CREATE TABLE more (a INT)", "INSERT INTO more VALUES (1)"),
    ];
    const ran = await Promise.all([1, 2, 3, 4].map(() => migrate(env, more)));
    expect(ran.filter((names) => names.length > 0)).toEqual([["0099_more"]]);
});

it("goes on where a run was cut off, and shows MariaDB's own words", async () => {
    const { env } = await freshEnvironment();
    const broken = [
        ...readMigrations(`${root}/migrations`),
        migration("0099_more", "CREATE TABLE more (a INT)", "INSERT INTO nowhere VALUES (1)"),
    ];
    await expect(migrate(env, broken)).rejects.toThrow(
        /migration 0099_more, statement 2 of 2: Table '.*nowhere' doesn't exist\nINSERT INTO nowhere/,
    );
    const mended = [
        ...readMigrations(`${root}/migrations`),
        migration("0099_more", "CREATE TABLE more (a INT)", "INSERT INTO more VALUES (1)"),
    ];
    expect(await migrate(env, mended)).toEqual(["0099_more"]);
});

it("refuses a migration that was edited after it ran", async () => {
    const { env } = await freshEnvironment();
    const edited = readMigrations(`${root}/migrations`).map((one) => ({ ...one, hash: "f".repeat(64) }));
    await expect(migrate(env, edited)).rejects.toThrow(/ran as another text than it has now .* put the file back/);
});

it("makes the tables that the code knows, column by column", async () => {
    const { env } = await freshEnvironment();
    const connection = await createConnection(connectionOptions(env));
    const [rows] = await connection.query<RowDataPacket[]>(
        "SELECT table_name AS t, column_name AS c, is_nullable AS n FROM information_schema.columns WHERE table_schema = ? AND table_name <> 'migration'",
        [env.DATABASE_NAME],
    );
    await connection.end();
    const made = rows.map(({ t, c, n }) => `${String(t)}.${String(c)}${n === "YES" ? " null" : ""}`).sort();
    const tables = Object.values(schema).filter((value) => is(value, MySqlTable)) as unknown as MySqlTable[];
    const known = tables
        .flatMap((table) =>
            Object.values(getTableColumns(table)).map(
                ({ name, notNull }) => `${getTableName(table)}.${name}${notNull ? "" : " null"}`,
            ),
        )
        .sort();
    expect(known).toEqual(made);
});

it("raises the site's version with each change, and leaves nothing of one that fails", async () => {
    const { env } = await freshEnvironment();
    const database = openDatabase(env);
    try {
        const told: number[] = [];
        database.onChange((version) => told.push(version));
        const before = await database.version();
        await database.change((transaction) => transaction.insert(schema.tag).values({ name: "a", slug: "a" }));
        const after = await database.version();
        expect(after).toBeGreaterThan(before);
        expect(told).toEqual([after]);
        await expect(
            database.change(async (transaction) => {
                await transaction.insert(schema.tag).values({ name: "b", slug: "b" });
                throw new Error("no");
            }),
        ).rejects.toThrow("no");
        expect(await database.version()).toBe(after);
        expect(await database.query.select().from(schema.tag)).toHaveLength(1);
    } finally {
        await database.close();
    }
});
