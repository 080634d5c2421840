/** Opens SSH connections: the host's key pinned, through a jump host where one is given, again when the host is not up. */
import { Client, type ConnectConfig, utils } from "ssh2";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { Severity } from "../types";
import { type Connection, type Endpoint, fingerprint, labelOf } from "./connection";

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5000;
/** A host that vanished is noticed after about a minute, also while a command prints nothing. */
const KEEPALIVE = { keepaliveInterval: 15_000, keepaliveCountMax: 4 };

/** A fault that dialling again can't cure: a wrong host key, a refused login. */
class FinalError extends Error {}

interface DialOptions {
    readonly signal: AbortSignal;
    readonly log: (message: string, severity?: Severity) => void;
}

/** An open connection. `close` also closes the jump host's. */
export interface Session {
    readonly client: Client;
    readonly close: () => void;
}

/** What to do about a socket that did not open. */
function socketAdvice(code: string | undefined): string {
    switch (code) {
        case "ECONNREFUSED":
            return "connection refused: nothing listens there; is sshd running, and is the port right?";
        case "EHOSTUNREACH":
        case "ENETUNREACH":
            return "no route to the host: is it switched on and on this network?";
        case "ETIMEDOUT":
            return "no answer: is the host switched on, and does a firewall let SSH through?";
        case "ENOTFOUND":
        case "EAI_AGAIN":
            return "the name has no address: check connection.host";
        default:
            return "";
    }
}

interface SshError extends Error {
    readonly level?: string;
    readonly code?: string;
}

/** An error a person can act on, from what ssh2 says. */
function explain(error: SshError, endpoint: Endpoint): Error {
    const label = labelOf(endpoint);
    if (error.level === "client-authentication" || error.level === "agent") {
        const key = endpoint.login ? ` with the key ${fingerprint(endpoint.login.key.getPublicSSH())}` : "";
        return new FinalError(
            `${label}: login refused${key}; put the public key into ~${endpoint.user}/.ssh/authorized_keys on ${endpoint.host}`,
        );
    }
    if (error.level === "client-timeout") {
        const seconds = endpoint.dialTimeout / 1000;
        return new Error(
            `${label}: no answer within ${seconds} s: is the host switched on, and is this an SSH server?`,
        );
    }
    if (error.message.includes("no matching")) {
        return new FinalError(
            `${label}: ${error.message}; the host offers no ${endpoint.hostKey.type} key: pin the key it has (npm run hosts:scan)`,
        );
    }
    const advice = socketAdvice(error.code);
    return new Error(`${label}: ${advice === "" ? error.message : advice}`);
}

function mismatch(endpoint: Endpoint, offered: Buffer): Error {
    const parsed = utils.parseKey(offered);
    const type = parsed instanceof Error ? "key" : parsed.type;
    return new FinalError(
        `${labelOf(endpoint)}: the host key is not the pinned one: ${endpoint.host} shows ${type} ${fingerprint(offered)}, ` +
            `pinned is ${endpoint.hostKey.type} ${fingerprint(endpoint.hostKey.getPublicSSH())}; ` +
            "if the host was reinstalled, compare the key on its own screen and pin the new one, else someone is in between",
    );
}

/** One attempt. */
function connect(endpoint: Endpoint, signal: AbortSignal, sock?: Readable): Promise<Client> {
    return new Promise((resolve, reject) => {
        const client = new Client();
        let wrongKey: Error | undefined;
        const onAbort = () => {
            client.destroy();
            reject(new FinalError(`${labelOf(endpoint)}: interrupted while connecting`));
        };
        signal.addEventListener("abort", onAbort, { once: true });
        client.once("ready", () => {
            signal.removeEventListener("abort", onAbort);
            resolve(client);
        });
        // Errors after `ready` (a lost connection) also end the channels, which report them.
        client.on("error", (error: SshError) => {
            signal.removeEventListener("abort", onAbort);
            reject(wrongKey ?? explain(error, endpoint));
        });
        client.once("close", () => {
            reject(wrongKey ?? new Error(`${labelOf(endpoint)}: the host closed the connection before the login`));
        });
        const pinned = endpoint.hostKey.getPublicSSH();
        const config: ConnectConfig = {
            host: endpoint.host,
            port: endpoint.port,
            username: endpoint.user,
            readyTimeout: endpoint.dialTimeout,
            ...KEEPALIVE,
            algorithms: { serverHostKey: [endpoint.hostKey.type] },
            hostVerifier: (offered: Buffer) => {
                if (offered.equals(pinned)) {
                    return true;
                }
                wrongKey = mismatch(endpoint, offered);
                return false;
            },
            ...(endpoint.login ? { privateKey: endpoint.login.text } : {}),
            ...(endpoint.login?.password === undefined ? {} : { passphrase: endpoint.login.password }),
            ...(endpoint.password === undefined ? {} : { password: endpoint.password, tryKeyboard: true }),
            ...(endpoint.agentSocket === undefined ? {} : { agent: endpoint.agentSocket }),
            ...(sock ? { sock } : {}),
        };
        client.on("keyboard-interactive", (_name, _instructions, _lang, prompts, finish) => {
            finish(prompts.map(() => endpoint.password ?? ""));
        });
        client.connect(config);
    });
}

/** Dials until it works, the limit is reached, or the fault is one that stays. */
async function retrying<T>(endpoint: Endpoint, options: DialOptions, attempt: () => Promise<T>): Promise<T> {
    const { dialErrorLimit: limit } = endpoint;
    let pause = FIRST_PAUSE;
    for (let failed = 1; ; failed++) {
        try {
            return await attempt();
        } catch (error) {
            if (error instanceof FinalError || options.signal.aborted) {
                throw error;
            }
            const message = error instanceof Error ? error.message : String(error);
            if (limit >= 0 && failed > limit) {
                throw new Error(failed === 1 ? message : `${message} (after ${failed} attempts)`, { cause: error });
            }
            options.log(`${message}; trying again (${failed}${limit < 0 ? "" : ` of ${limit}`})`, "warning");
            await delay(pause, undefined, { signal: options.signal });
            pause = Math.min(pause * 1.5, LONGEST_PAUSE);
        }
    }
}

/** A stream from the jump host to the endpoint. */
function forward(client: Client, endpoint: Endpoint): Promise<Readable> {
    return new Promise((resolve, reject) => {
        client.forwardOut("127.0.0.1", 0, endpoint.host, endpoint.port, (error, stream) => {
            if (error) {
                reject(new Error(`${labelOf(endpoint)}: the jump host can't reach it: ${error.message}`));
            } else {
                resolve(stream);
            }
        });
    });
}

/** Opens the connection. */
export async function dial(connection: Connection, options: DialOptions): Promise<Session> {
    const { proxy } = connection;
    if (!proxy) {
        const client = await retrying(connection, options, () => connect(connection, options.signal));
        return { client, close: () => client.end() };
    }
    const jump = await retrying(proxy, options, () => connect(proxy, options.signal)).catch((error: unknown) => {
        throw new Error(`jump host ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    });
    try {
        const client = await retrying(connection, options, async () =>
            connect(connection, options.signal, await forward(jump, connection)),
        );
        const close = () => {
            client.end();
            jump.end();
        };
        return { client, close };
    } catch (error) {
        jump.end();
        throw error;
    }
}
