import * as path from "node:path";
import { describe, expect, it } from "vitest";

import { readMigrations, statementsOf } from "../../../src/data/migrate";

const migrations = readMigrations(path.resolve(import.meta.dirname, "../../../migrations"));

describe("statementsOf", () => {
    it("splits at semicolons that end a line, and drops comments", () => {
        expect(
            statementsOf("-- why\nCREATE TABLE a (\n  -- what\n  b INT\n);\n\nINSERT INTO a VALUES (';');\n"),
        ).toEqual(["CREATE TABLE a (\n  b INT\n)", "INSERT INTO a VALUES (';')"]);
    });
});

describe("the migrations", () => {
    it("are numbered without a gap", () => {
        expect(migrations.map(({ name }) => Number(name.slice(0, 4)))).toEqual(migrations.map((_, index) => index + 1));
    });
    it("only add: the version before serves on while they run", () => {
        const statements = migrations.flatMap((migration) => migration.statements);
        expect(
            statements.filter((statement) =>
                /\b(DROP|RENAME|TRUNCATE|DELETE)\b/i.test(statement.replace(/ON DELETE (CASCADE|SET NULL)/g, "")),
            ),
        ).toEqual([]);
    });
});
