import { accessSync, constants, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { releases } from "../../components/k3s/releases";
import type { Context } from "./context";

/** The files and the agent of the machine that runs the program. */
export function workstation(projectDir: string, dryRun: boolean): Context {
    const absolute = (path: string) => resolve(projectDir, expandHome(path));
    const agentSocket = process.env.SSH_AUTH_SOCK;
    return {
        dryRun,
        ...(agentSocket === undefined || agentSocket === "" ? {} : { agentSocket }),
        expandHome,
        readFile: (path) => {
            try {
                return { text: readFileSync(absolute(path), "utf8") };
            } catch (error) {
                return { problem: problemOf(error) };
            }
        },
        fileProblem: (path) => {
            try {
                accessSync(absolute(path), constants.R_OK);
                return undefined;
            } catch (error) {
                return problemOf(error);
            }
        },
        releases,
    };
}

function expandHome(path: string): string {
    return path === "~" || path.startsWith("~/") ? homedir() + path.slice(1) : path;
}

function problemOf(error: unknown): string {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return "does not exist";
    if (code === "EISDIR") return "is a folder";
    return `cannot be read (${code ?? "unknown error"})`;
}
