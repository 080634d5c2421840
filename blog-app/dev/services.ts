import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createConnection } from "mysql2/promise";

import {
    answers as portAnswers,
    BUCKET,
    DATABASE,
    environmentOf,
    HOST,
    keptFile,
    readKept,
    USER,
    type Kept,
    type ServiceName,
    type ServicesEnv,
} from "./kept";
import { leaveFolder, takeFolder } from "./owner";
import { needPrograms, needVersitygw, type Report } from "./programs";

export type { ServiceName, ServicesEnv } from "./kept";

/** A real MariaDB, a real Redis and a real S3 server of one's own, on ports of the loopback interface. */
export interface Services {
    readonly env: ServicesEnv;
    /** A new, empty database on the same server; returns the variables that point at it. */
    emptyDatabase(name: string): Promise<Pick<ServicesEnv, "DATABASE_NAME">>;
    /** kill -9, or a stop in good order. */
    stop(service: ServiceName, signal?: NodeJS.Signals): Promise<void>;
    signal(service: ServiceName, signal: NodeJS.Signals): void;
    /** On its old port, with its old data. */
    start(service: ServiceName): Promise<void>;
    /** Stops all three; the data stays. */
    close(): Promise<void>;
}

const READY_SECONDS = 30;

/** Starts the three in a folder that keeps their data, passwords and ports; makes what is not there yet. */
export async function startServices(
    folder: string,
    report: Report = () => undefined,
    what = "services",
): Promise<Services> {
    const programs = await needPrograms(["mariadbd", "mariadb-install-db", "redis"], report);
    const versitygw = await needVersitygw(report);
    await takeFolder(folder, what);
    const kept = await keep(folder);
    const data = (name: string) => {
        const at = path.join(folder, name);
        mkdirSync(at, { recursive: true, mode: 0o700 });
        return at;
    };
    // A socket's path has at most 107 characters, whatever the checkout's.
    const socket = path.join(tmpdir(), `blog-app-${String(kept.ports.database)}.sock`);
    const running = new Map<ServiceName, ChildProcess>();
    const commands: Record<ServiceName, () => { command: string[]; env?: Record<string, string> }> = {
        database: () => ({
            command: [
                ...[programs.mariadbd, "--no-defaults", `--datadir=${data("mariadb")}`, `--socket=${socket}`],
                ...[`--port=${String(kept.ports.database)}`, `--bind-address=${HOST}`, "--skip-name-resolve"],
                ...["--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci"],
                ...["--innodb-buffer-pool-size=128M", "--innodb-flush-log-at-trx-commit=2", "--max-connections=200"],
                ...(process.getuid?.() === 0 ? ["--user=root"] : []),
            ],
        }),
        redis: () => ({
            command: [
                programs.redis,
                "--port",
                String(kept.ports.redis),
                "--bind",
                HOST,
                // It would hide its folder, by which a leftover one is known.
                "--set-proc-title",
                "no",
                "--save",
                "",
                "--dir",
                data("redis"),
                "--maxmemory",
                "128mb",
                "--maxmemory-policy",
                "allkeys-lru",
            ],
        }),
        s3: () => ({
            command: [
                ...[versitygw, "--port", `${HOST}:${String(kept.ports.s3)}`, "--quiet", "--region", "us-east-1"],
                // The author's browser puts pictures there by itself.
                ...["--cors-allow-origin", "*"],
                ...["posix", "--sidecar", data("object-metadata"), data("objects")],
            ],
            env: { ROOT_ACCESS_KEY_ID: kept.s3Key, ROOT_SECRET_ACCESS_KEY: kept.s3Secret },
        }),
    };
    const start = async (service: ServiceName) => {
        if (running.has(service)) return;
        const { command, env } = commands[service]();
        const log = path.join(folder, `${service}.log`);
        const output = openSync(log, "w");
        const [program = "", ...rest] = command;
        const child = spawn(program, rest, { stdio: ["ignore", output, output], env: { ...process.env, ...env } });
        closeSync(output);
        running.set(service, child);
        child.on("exit", () => running.delete(service));
        child.on("error", () => running.delete(service));
        await answers(kept.ports[service], child, `${service} (${program})`, log);
    };
    const stop = async (service: ServiceName, signal: NodeJS.Signals = "SIGTERM") => {
        const child = running.get(service);
        if (child === undefined) return;
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill(signal);
        await ended;
    };
    // Whatever ends this process, its services end with it.
    const killAll = () => {
        for (const child of running.values()) child.kill("SIGKILL");
    };
    process.on("exit", killAll);
    const close = async () => {
        await Promise.all([...running.keys()].map((service) => stop(service)));
        process.off("exit", killAll);
        leaveFolder(folder);
    };
    const fresh = !existsSync(path.join(folder, "mariadb", "mysql"));
    if (fresh) {
        const made = spawnSync(
            programs["mariadb-install-db"],
            [
                "--no-defaults",
                `--datadir=${data("mariadb")}`,
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                ...(process.getuid?.() === 0 ? ["--user=root"] : []),
            ],
            { encoding: "utf8" },
        );
        if (made.status !== 0) throw new Error(`mariadb-install-db failed:\n${made.stdout}${made.stderr}`);
    }
    mkdirSync(path.join(data("objects"), BUCKET), { recursive: true });
    const starting = await Promise.allSettled([start("database"), start("redis"), start("s3")]);
    const failed = starting.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
    if (failed.length > 0) {
        await close();
        throw new Error(failed.map(({ message }) => message).join("\n"));
    }
    const asRoot = async <T>(work: (root: Awaited<ReturnType<typeof createConnection>>) => Promise<T>) => {
        const root = await createConnection({
            socketPath: socket,
            user: "root",
            password: fresh && !secured ? "" : kept.password,
        });
        try {
            return await work(root);
        } finally {
            await root.end();
        }
    };
    let secured = !fresh;
    const createDatabase = async (name: string) =>
        asRoot(async (root) => {
            await root.query(`DROP DATABASE IF EXISTS \`${name}\``);
            await root.query(`CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
            await root.query(`GRANT ALL ON \`${name}\`.* TO '${USER}'@'%'`);
        });
    if (fresh) {
        await asRoot(async (root) => {
            await root.query(`CREATE USER '${USER}'@'%' IDENTIFIED BY '${kept.password}'`);
            await root.query(`GRANT ALL ON \`blog\\_test\\_%\`.* TO '${USER}'@'%'`);
            await root.query(`ALTER USER 'root'@'localhost' IDENTIFIED BY '${kept.password}'`);
        });
        secured = true;
        await createDatabase(DATABASE);
    }
    return {
        env: environmentOf(kept),
        emptyDatabase: async (name) => {
            await createDatabase(name);
            return { DATABASE_NAME: name };
        },
        stop,
        signal: (service, signal) => void running.get(service)?.kill(signal),
        start,
        close,
    };
}

/** Ports and passwords, made once for a folder. */
async function keep(folder: string): Promise<Kept> {
    const before = readKept(folder);
    if (before !== undefined) return before;
    const hex = (bytes: number) => randomBytes(bytes).toString("hex");
    const kept: Kept = {
        ports: { database: await freePort(), redis: await freePort(), s3: await freePort() },
        password: hex(16),
        s3Key: hex(10),
        s3Secret: hex(20),
        secretKey: hex(32),
    };
    writeFileSync(keptFile(folder), JSON.stringify(kept, null, 2), { mode: 0o600 });
    return kept;
}

/** Below those that systems give to outgoing connections (32768 and up): one of these isn't taken before it is used. */
const PORTS = { from: 20_000, to: 32_000 } as const;
const TRIES = 50;

/** Whether nobody listens on this port of the loopback interface. */
export async function isFree(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const server = createServer();
        server.on("error", () => resolve(false));
        server.listen(port, HOST, () => server.close(() => resolve(true)));
    });
}

/** A port of the loopback interface that nobody listens on. */
export async function freePort(): Promise<number> {
    for (let tried = 0; tried < TRIES; tried++) {
        const port = randomInt(PORTS.from, PORTS.to);
        if (await isFree(port)) return port;
    }
    throw new Error(`${TRIES} ports between ${PORTS.from} and ${PORTS.to} are all in use`);
}

async function answers(port: number, child: ChildProcess, what: string, log: string): Promise<void> {
    const deadline = Date.now() + READY_SECONDS * 1000;
    let failure: Error | undefined;
    child.on("error", (error) => (failure = error));
    const tail = () => (existsSync(log) ? readFileSync(log, "utf8").split("\n").slice(-12).join("\n") : "");
    while (Date.now() < deadline) {
        if (failure !== undefined || child.exitCode !== null || child.signalCode !== null) {
            throw new Error(
                `${what} ended at once (port ${String(port)}): ${failure?.message ?? `see ${log}`}\n${tail()}`,
            );
        }
        if (await portAnswers(port)) return;
        await sleep(50);
    }
    throw new Error(`${what} doesn't answer on port ${String(port)} after ${String(READY_SECONDS)} s\n${tail()}`);
}

/** Removes a folder of services that are stopped. */
export function removeServices(folder: string): void {
    rmSync(folder, { recursive: true, force: true });
}
