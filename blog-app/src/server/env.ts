import { readFileSync } from "node:fs";
import * as z from "zod";
import { messageOf } from "./message-of";

const whole = (from: number, to: number) => {
    const error = `wanted: a whole number from ${String(from)} to ${String(to)}`;
    return z.coerce.number({ error }).int({ error }).min(from, { error }).max(to, { error });
};
const port = whole(0, 65_535);
const httpUrl = z.url({ protocol: /^https?$/, error: "wanted: an http or https address" });
const origin = httpUrl
    .refine((value) => !URL.canParse(value) || new URL(value).pathname === "/", {
        error: "wanted: an address without a path",
    })
    .transform((value) => value.replace(/\/$/, ""));

function isTimeZone(name: string): boolean {
    try {
        new Intl.DateTimeFormat("en", { timeZone: name });
        return true;
    } catch {
        return false;
    }
}

/** Every variable the server reads. Any of them can be given as a file instead: NAME_FILE holds the file's path. */
const variables = z.object({
    SITE_URL: origin.describe("address that readers use"),
    SITE_NAME: z.string().min(1).max(80).default("blog").describe("name of the blog"),
    SITE_DESCRIPTION: z.string().max(300).default("").describe("one sentence about it"),
    SITE_LANGUAGE: z
        .enum(["ko", "en"], { error: "wanted: ko or en" })
        .default("ko")
        .describe("language of buttons and labels"),
    SITE_TIME_ZONE: z
        .string()
        .refine(isTimeZone, { error: "wanted: a time zone such as Asia/Seoul or Europe/Berlin" })
        .default("Asia/Seoul")
        .describe("time zone of the dates that readers see, and of the times in the author's pages"),

    DATABASE_HOST: z.string().min(1).describe("MariaDB's host"),
    DATABASE_PORT: port.default(3306).describe("MariaDB's port"),
    DATABASE_NAME: z.string().min(1).describe("the database's name"),
    DATABASE_USER: z.string().min(1).describe("a user with all rights on that database and no other"),
    DATABASE_PASSWORD: z.string().min(1).describe("the user's password"),
    DATABASE_CONNECTIONS: whole(1, 1_000).default(8).describe("connections of one replica"),
    DATABASE_CA: z
        .string()
        .regex(/-----BEGIN CERTIFICATE-----/, {
            error: "wanted: a certificate in PEM, -----BEGIN CERTIFICATE----- and so on",
        })
        .optional()
        .describe("certificate authority (PEM); TLS is used when it is given"),

    REDIS_URL: z
        .url({ protocol: /^rediss?$/, error: "wanted: redis://[user:password@]host[:port][/database]" })
        .optional()
        .describe("Redis or Valkey; without it each replica caches for itself"),

    S3_ENDPOINT: origin.describe("object store, as this server reaches it"),
    S3_PUBLIC_ENDPOINT: origin
        .optional()
        .describe("object store, as the author's browser reaches it; S3_ENDPOINT when left out"),
    S3_REGION: z.string().min(1).default("us-east-1").describe("region that requests are signed for"),
    S3_BUCKET: z.string().min(1).describe("the bucket's name; it must be private"),
    S3_ACCESS_KEY_ID: z.string().min(1).describe("a key that may read, write, list and delete in that bucket"),
    S3_SECRET_ACCESS_KEY: z.string().min(1).describe("the key's secret"),

    SECRET_KEY: z
        .string()
        .min(32, {
            error: "wanted: at least 32 characters that nobody can guess, such as `openssl rand -hex 32` gives",
        })
        .describe("signs links to drafts"),

    HOST: z.string().default("0.0.0.0").describe("address to listen on"),
    PORT: port.default(3000).describe("port for readers and the author"),
    INTERNAL_PORT: port.default(9464).describe("metrics, probes and scheduled work; not for the ingress"),
    TRUSTED_PROXIES: whole(0, 10).default(0).describe("proxies in front of it, whose X-Forwarded-For is believed"),
    DRAIN_SECONDS: whole(0, 3_600)
        .default(2)
        .describe("after SIGTERM, time for proxies to learn that this replica leaves; it goes on answering meanwhile"),
    SHUTDOWN_SECONDS: whole(0, 3_600).default(20).describe("longest wait for requests that are under way at SIGTERM"),
    PAGE_CACHE_MEGABYTES: whole(0, 65_536).default(64).describe("memory for ready pages"),
    LOG_LEVEL: z
        .enum(["debug", "info", "warn", "error"], { error: "wanted: debug, info, warn or error" })
        .default("info")
        .describe("debug, info, warn or error"),
});
export type Env = z.infer<typeof variables>;

/** All that is wrong with the environment, a line each. */
export class EnvError extends Error {
    override name = "EnvError";
    constructor(readonly faults: readonly string[]) {
        super(
            `the environment has ${String(faults.length)} fault${faults.length === 1 ? "" : "s"}:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
        );
    }
}

/** The environment as one typed value; throws an `EnvError` that lists every fault. No value of a secret is in it. */
export function readEnv(
    environment: Readonly<Record<string, string | undefined>>,
    read = (path: string) => readFileSync(path, "utf8"),
): Env {
    const faults: string[] = [];
    const given: Record<string, string> = {};
    for (const name of Object.keys(variables.shape)) {
        const value = environment[name];
        const file = environment[`${name}_FILE`];
        if (value !== undefined && value !== "" && file !== undefined && file !== "") {
            faults.push(`${name}: given twice, as itself and as ${name}_FILE; wanted: one of them`);
        } else if (file !== undefined && file !== "") {
            try {
                given[name] = read(file).replace(/\r?\n$/, "");
            } catch (error) {
                faults.push(`${name}_FILE: ${messageOf(error)}`);
            }
        } else if (value !== undefined && value !== "") {
            given[name] = value;
        }
    }
    for (const name of Object.keys(environment)) {
        if (name.startsWith("NEXT_PUBLIC_")) {
            faults.push(
                `${name}: Next.js gives every NEXT_PUBLIC_ variable to the browser; wanted: the name without it`,
            );
        }
    }
    const result = variables.safeParse(given);
    const named = new Set(faults.map((fault) => fault.split(/_FILE|:/)[0]));
    if (!result.success) {
        for (const issue of result.error.issues) {
            const name = String(issue.path[0]);
            if (named.has(name)) continue;
            faults.push(
                name in given
                    ? `${name}: ${found(name, given[name])}${issue.message}`
                    : `${name}: missing; wanted: ${describe(name)}`,
            );
        }
    }
    if (!result.success || faults.length > 0) throw new EnvError(faults);
    return result.data;
}

/** Values that may be shown: those that open nothing. */
const SECRET = /PASSWORD|SECRET|ACCESS_KEY|REDIS_URL|CA$/;

function found(name: string, value: string | undefined): string {
    return SECRET.test(name) ? "" : `found ${JSON.stringify(value)}; `;
}

function describe(name: string): string {
    const schema = variables.shape[name as keyof typeof variables.shape];
    return schema.description ?? "a value";
}

/** What there is to set: for `server.mjs --help` and the documentation. */
export interface Variable {
    readonly name: string;
    readonly description: string;
    /** "required", "optional", or the default. */
    readonly value: string;
}

export function describeVariables(): Variable[] {
    return Object.entries(variables.shape).map(([name, schema]) => {
        const unset = schema.safeParse(undefined);
        const value = unset.success ? (unset.data === undefined ? "optional" : JSON.stringify(unset.data)) : "required";
        return { name, description: describe(name), value };
    });
}
