import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import * as path from "node:path";

/** What a blog needs to run: the variables that point it at these services. */
export interface ServicesEnv {
    readonly DATABASE_HOST: string;
    readonly DATABASE_PORT: string;
    readonly DATABASE_NAME: string;
    readonly DATABASE_USER: string;
    readonly DATABASE_PASSWORD: string;
    readonly REDIS_URL: string;
    readonly S3_ENDPOINT: string;
    readonly S3_REGION: string;
    readonly S3_BUCKET: string;
    readonly S3_ACCESS_KEY_ID: string;
    readonly S3_SECRET_ACCESS_KEY: string;
    readonly SECRET_KEY: string;
}

export type ServiceName = "database" | "redis" | "s3";

/** What a folder of services keeps of itself, in services.json. */
export interface Kept {
    readonly ports: Record<ServiceName, number>;
    readonly password: string;
    readonly s3Key: string;
    readonly s3Secret: string;
    readonly secretKey: string;
}

export const HOST = "127.0.0.1";
export const DATABASE = "blog";
export const USER = "blog";
export const BUCKET = "blog";

export const keptFile = (folder: string) => path.join(folder, "services.json");

export function readKept(folder: string): Kept | undefined {
    const file = keptFile(folder);
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Kept) : undefined;
}

export function environmentOf(kept: Kept): ServicesEnv {
    return {
        DATABASE_HOST: HOST,
        DATABASE_PORT: String(kept.ports.database),
        DATABASE_NAME: DATABASE,
        DATABASE_USER: USER,
        DATABASE_PASSWORD: kept.password,
        REDIS_URL: `redis://${HOST}:${String(kept.ports.redis)}`,
        S3_ENDPOINT: `http://${HOST}:${String(kept.ports.s3)}`,
        S3_REGION: "us-east-1",
        S3_BUCKET: BUCKET,
        S3_ACCESS_KEY_ID: kept.s3Key,
        S3_SECRET_ACCESS_KEY: kept.s3Secret,
        SECRET_KEY: kept.secretKey,
    };
}

/** The variables of a folder's services, which another process has started; throws where they don't run. */
export async function runningServices(folder: string): Promise<ServicesEnv> {
    const kept = readKept(folder);
    const down =
        kept === undefined
            ? ["database", "s3"]
            : (
                  await Promise.all(
                      (["database", "s3"] as const).map(async (name) =>
                          (await answers(kept.ports[name])) ? "" : name,
                      ),
                  )
              ).filter((name) => name !== "");
    if (kept === undefined || down.length > 0) {
        throw new Error(
            `no blog to work on: DATABASE_HOST isn't given, and the services of ${folder} don't run (${down.join(", ")}); wanted: \`npm run dev\` in another terminal, or the server's environment`,
        );
    }
    return environmentOf(kept);
}

export async function answers(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect({ host: HOST, port }, () => {
            socket.destroy();
            resolve(true);
        });
        socket.on("error", () => resolve(false));
    });
}
