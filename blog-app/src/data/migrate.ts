import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { createHash } from "node:crypto";
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";

import type { Env } from "../server/env";
import { connectionOptions } from "./database";
import { messageOf } from "../server/message-of";

export interface Migration {
    /** The file's name without .sql: 0001_initial. */
    readonly name: string;
    readonly statements: readonly string[];
    /** SHA-256 of the file. */
    readonly hash: string;
}

const FILE = /^\d{4}_[a-z0-9_]+\.sql$/;
const LOCK = "blog-app.migrate";
const LOCK_SECONDS = 120;

export function readMigrations(folder: string): Migration[] {
    return readdirSync(folder)
        .filter((file) => FILE.test(file))
        .sort()
        .map((file) => {
            const sql = readFileSync(path.join(folder, file), "utf8");
            return {
                name: file.replace(/\.sql$/, ""),
                statements: statementsOf(sql),
                hash: createHash("sha256").update(sql).digest("hex"),
            };
        });
}

/** The statements of a migration: each ends with a semicolon at the end of a line. */
export function statementsOf(sql: string): string[] {
    return sql
        .split("\n")
        .filter((line) => !/^\s*--/.test(line))
        .join("\n")
        .split(/;[ \t]*(?:\n|$)/)
        .map((statement) => statement.trim())
        .filter((statement) => statement !== "");
}

/**
 * Brings the database up to the migrations, one process at a time however many start. MariaDB commits each statement
 * of a definition by itself, so the statements that ran are counted, and a run that was cut off goes on where it was.
 * Throws when a migration fails (with its statement and MariaDB's words) or when one that ran has been edited since.
 * Returns the names of those it ran.
 */
export async function migrate(
    env: Env,
    migrations: readonly Migration[],
    report: (line: string) => void = () => undefined,
): Promise<string[]> {
    const connection = await createConnection(connectionOptions(env));
    try {
        await takeLock(connection, report);
        await connection.query(
            "CREATE TABLE IF NOT EXISTS migration (name VARCHAR(100) NOT NULL PRIMARY KEY, hash CHAR(64) NOT NULL, statements INT NOT NULL, done_at DATETIME(3) NULL)",
        );
        const [rows] = await connection.query<RowDataPacket[]>("SELECT name, hash, statements, done_at FROM migration");
        const known = new Map(
            rows.map((row) => [row.name as string, row as { hash: string; statements: number; done_at: Date | null }]),
        );
        const ran: string[] = [];
        for (const migration of migrations) {
            const before = known.get(migration.name);
            if (before?.done_at != null) {
                if (before.hash !== migration.hash) {
                    throw new Error(
                        `migration ${migration.name} ran as another text than it has now (sha256 ${before.hash.slice(0, 12)}, now ${migration.hash.slice(0, 12)}); wanted: put the file back, and write the change as a new migration`,
                    );
                }
                continue;
            }
            report(`migration ${migration.name}`);
            await run(connection, migration, before?.statements ?? 0);
            ran.push(migration.name);
        }
        return ran;
    } finally {
        await connection.end();
    }
}

async function takeLock(connection: Connection, report: (line: string) => void): Promise<void> {
    for (const seconds of [1, LOCK_SECONDS]) {
        const [[row]] = await connection.query<RowDataPacket[]>("SELECT GET_LOCK(?, ?) AS taken", [LOCK, seconds]);
        if (row?.taken === 1) return;
        if (seconds === 1) report("another process migrates; waiting for it");
    }
    throw new Error(
        `another process has migrated for ${String(LOCK_SECONDS)} s; wanted: see what it does (SHOW PROCESSLIST), then start again`,
    );
}

async function run(connection: Connection, migration: Migration, done: number): Promise<void> {
    for (const [index, statement] of migration.statements.entries()) {
        if (index < done) continue;
        try {
            await connection.query(statement);
        } catch (error) {
            throw new Error(
                `migration ${migration.name}, statement ${String(index + 1)} of ${String(migration.statements.length)}: ${messageOf(error)}\n${statement}`,
                { cause: error },
            );
        }
        await connection.query(
            "INSERT INTO migration (name, hash, statements) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE hash = VALUES(hash), statements = VALUES(statements)",
            [migration.name, migration.hash, index + 1],
        );
    }
    await connection.query("UPDATE migration SET done_at = UTC_TIMESTAMP(3) WHERE name = ?", [migration.name]);
}
