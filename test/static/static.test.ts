import { spawnSync } from "node:child_process";
import * as path from "node:path";

const root = path.resolve(__dirname, "../..");

/** Runs a checker and fails with all that it printed. */
function check(command: string, args: readonly string[]): void {
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
    if (status !== 0) {
        throw new Error(`${command} ${args.join(" ")}\n${error?.message ?? ""}${stdout}${stderr}`);
    }
}

function tracked(pattern: string): string[] {
    const { stdout } = spawnSync(
        "git",
        ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", pattern],
        {
            cwd: root,
            encoding: "utf8",
        },
    );
    return stdout.split("\0").slice(0, -1);
}

describe("static checks", function () {
    this.timeout(300_000);
    it("types", () => {
        check("node_modules/.bin/tsc", ["--project", "."]);
    });
    it("lint", () => {
        check("node_modules/.bin/eslint", ["--max-warnings=0", "."]);
    });
    it("format", () => {
        check("node_modules/.bin/prettier", ["--check", "--log-level=warn", "."]);
    });
    it("shell scripts", () => {
        check("shellcheck", tracked("*.sh"));
    });
});
