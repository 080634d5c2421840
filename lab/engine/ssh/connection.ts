/** A remote resource's `connection`, read and checked before anything is dialled. */
import { type ParsedKey, utils } from "ssh2";
import { createHash } from "node:crypto";
import { type Wire, type WireObject, isObject } from "../wire";

/** A key to log in with: ssh2 dials with the text itself; the parsed one shows its fingerprint. */
export interface Login {
    readonly text: string;
    readonly password?: string;
    readonly key: ParsedKey;
}

export interface Endpoint {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password?: string;
    readonly login?: Login;
    readonly agentSocket?: string;
    readonly hostKey: ParsedKey;
    /** Dials allowed to fail before the last one; -1 for any number. */
    readonly dialErrorLimit: number;
    /** Milliseconds for one dial, login included; 0 for no limit. */
    readonly dialTimeout: number;
}

export interface Connection extends Endpoint {
    readonly proxy?: Endpoint;
}

/** `user@host:port`, as errors name it. */
export function labelOf(endpoint: Pick<Endpoint, "user" | "host" | "port">): string {
    return `${endpoint.user}@${endpoint.host}:${endpoint.port}`;
}

/** The fingerprint ssh-keygen -l shows: `SHA256:<base64 without padding>`. */
export function fingerprint(publicKey: Buffer): string {
    return `SHA256:${createHash("sha256").update(publicKey).digest("base64").replace(/=+$/, "")}`;
}

function text(value: Wire | undefined): string | undefined {
    return typeof value === "string" && value !== "" ? value : undefined;
}

/** Numbers of the SDK's defaults may arrive as text. */
function number(value: Wire | undefined, fallback: number): number {
    return value === undefined || value === null ? fallback : Number(value);
}

function parsedKey(given: string, password: string | undefined, what: string): ParsedKey {
    const parsed = utils.parseKey(given, password) as ParsedKey | ParsedKey[] | Error;
    if (parsed instanceof Error) {
        // ssh2's message says why and never quotes the key.
        throw new Error(`${what} can't be read: ${parsed.message}`);
    }
    const key = Array.isArray(parsed) ? parsed[0] : parsed;
    if (!key) {
        throw new Error(`${what} holds no key`);
    }
    return key;
}

function loginOf(privateKey: string, password: string | undefined, where: string, host: string): Login {
    const key = parsedKey(privateKey, password, `${where}.privateKey for ${host}`);
    return { text: privateKey, key, ...(password === undefined ? {} : { password }) };
}

function endpointOf(value: WireObject, where: string): Endpoint {
    const host = text(value.host);
    if (host === undefined) {
        throw new Error(`${where}.host is missing`);
    }
    const hostKey = text(value.hostKey);
    if (hostKey === undefined) {
        throw new Error(
            `${where}.hostKey of ${host} is missing: no host is reached without its pinned key ("ssh-ed25519 AAAA...")`,
        );
    }
    const password = text(value.password);
    const privateKey = text(value.privateKey);
    const keyPassword = text(value.privateKeyPassword);
    // An agent of the surroundings is asked only when the connection names no credential of its own.
    const ambient = password === undefined && privateKey === undefined ? process.env.SSH_AUTH_SOCK : undefined;
    const agentSocket = text(value.agentSocketPath) ?? ambient;
    if (password === undefined && privateKey === undefined && agentSocket === undefined) {
        throw new Error(`${where} of ${host} has no privateKey, password or agent to log in with`);
    }
    return {
        host,
        port: number(value.port, 22),
        user: text(value.user) ?? "root",
        hostKey: parsedKey(hostKey, undefined, `${where}.hostKey of ${host}`),
        ...(password === undefined ? {} : { password }),
        ...(privateKey === undefined ? {} : { login: loginOf(privateKey, keyPassword, where, host) }),
        ...(agentSocket === undefined ? {} : { agentSocket }),
        dialErrorLimit: number(value.dialErrorLimit, 10),
        dialTimeout: number(value.perDialTimeout, 15) * 1000,
    };
}

/** Reads `connection`. Throws what is missing or can't be read, naming the host. */
export function connectionOf(value: Wire | undefined): Connection {
    if (!isObject(value)) {
        throw new Error("connection is missing");
    }
    const endpoint = endpointOf(value, "connection");
    const proxy = value.proxy;
    return isObject(proxy) ? { ...endpoint, proxy: endpointOf(proxy, "connection.proxy") } : endpoint;
}
