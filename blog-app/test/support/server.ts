import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { freePort } from "../../dev/services";

/** A running server of the production build. */
export interface RunningServer {
    /** http://localhost:<port>, without a slash at its end. */
    readonly url: string;
    readonly internalUrl: string;
    readonly process: ChildProcess;
    /** What it logged so far. */
    readonly logs: () => string;
    /** SIGTERM, and the exit code. */
    stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** What the image sets for the server: memory limits and the like, so that it runs here as it does there. */
export function imageEnvironment(dockerfile: string): Record<string, string> {
    const block = /^ENV ((?:.*\\\n)*.*)$/m.exec(dockerfile.slice(dockerfile.lastIndexOf("FROM ")))?.[1] ?? "";
    return Object.fromEntries(
        [...block.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)].map(([, name = "", quoted, plain]) => [
            name,
            quoted ?? plain ?? "",
        ]),
    );
}

async function isReady(url: string): Promise<boolean> {
    return fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
    );
}

const READY_SECONDS = 20;

/** Starts dist/server.mjs with these variables, on free ports, and waits until it is ready. */
export async function startServer(root: string, variables: Readonly<Record<string, string>>): Promise<RunningServer> {
    const [port, internalPort] = [await freePort(), await freePort()];
    const url = `http://localhost:${String(port)}`;
    const child = spawn(process.execPath, [path.join(root, "dist/server.mjs")], {
        // As in its image: nothing of this shell's environment.
        env: {
            PATH: process.env.PATH,
            ...imageEnvironment(readFileSync(path.join(root, "Dockerfile"), "utf8")),
            SITE_URL: url,
            HOST: "127.0.0.1",
            // Most tests have no proxy that must learn of an end.
            DRAIN_SECONDS: "0",
            ...withoutSiteUrl(variables),
            PORT: String(port),
            INTERNAL_PORT: variables.INTERNAL_PORT ?? String(internalPort),
        } as unknown as NodeJS.ProcessEnv,
        stdio: ["ignore", "pipe", "pipe"],
    });
    let logs = "";
    child.stdout.on("data", (chunk: Buffer) => (logs += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (logs += chunk.toString()));
    const exit = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
    const deadline = Date.now() + READY_SECONDS * 1000;
    while (!(await isReady(url))) {
        if (child.exitCode !== null || Date.now() > deadline) {
            child.kill("SIGKILL");
            throw new Error(`the server isn't ready (exit code ${String(child.exitCode)}):\n${logs}`);
        }
        await sleep(20);
    }
    return {
        url,
        internalUrl: `http://localhost:${String(internalPort)}`,
        process: child,
        logs: () => logs,
        stop: async (signal = "SIGTERM") => {
            child.kill(signal);
            return exit;
        },
    };
}

/** The tests' site is where the server listens, unless a test says another. */
function withoutSiteUrl(variables: Readonly<Record<string, string>>): Record<string, string> {
    const { SITE_URL, ...rest } = variables;
    return SITE_URL === undefined || SITE_URL === "http://localhost:3000" ? rest : { ...rest, SITE_URL };
}
