import type { Duplex } from "node:stream";
import { Client, type ConnectConfig } from "ssh2";
import { formatHostKey, type HostKey } from "../host-key";

export interface Endpoint {
    readonly address: string;
    readonly port: number;
}

/** Who logs in, and how. */
export interface Login {
    readonly user: string;
    readonly privateKey?: string;
    readonly privateKeyPassword?: string;
    /** Path of the agent's socket. */
    readonly agentSocket?: string;
}

export interface Target extends Endpoint, Login {
    /** Pinned: with any other key there is no connection. */
    readonly hostKey: string;
}

/** Why a machine was not reached, in words for the operator. */
export class ConnectionError extends Error {
    override readonly name = "ConnectionError";
}

/** From the first packet to the end of the log-in. */
const TIMEOUT_MS = 10_000;

/** An answer to the key exchange is enough: nobody logs in. */
export async function fetchHostKey(endpoint: Endpoint, via?: Client): Promise<HostKey> {
    const transport = await transportTo(endpoint, via);
    return new Promise((resolve, reject) => {
        const client = new Client();
        client.on("error", (error) => {
            reject(explain(error, endpoint));
        });
        // After an error this changes nothing; without one, nobody would ever hear of the end.
        client.on("close", () => {
            reject(new ConnectionError(`${format(endpoint)} closed the connection before it showed a host key`));
        });
        client.connect({
            ...transport,
            username: "host-key-scan",
            algorithms: { serverHostKey: ["ssh-ed25519"] },
            hostVerifier: (key: Buffer) => {
                resolve(formatHostKey(key));
                return false;
            },
        });
    });
}

/** A connection that is logged in. The caller ends it. */
export async function connect(target: Target, via?: Client): Promise<Client> {
    const transport = await transportTo(target, via);
    return new Promise((resolve, reject) => {
        const client = new Client();
        let shown: HostKey | undefined;
        client.on("ready", () => {
            resolve(client);
        });
        client.on("error", (error) => {
            reject(
                shown !== undefined && shown.line !== target.hostKey
                    ? new ConnectionError(
                          `${format(target)} shows another host key (${shown.fingerprint}) than the pinned one. ` +
                              "If the laptop was not installed anew, somebody may be in between",
                      )
                    : explain(error, target),
            );
        });
        client.on("close", () => {
            reject(new ConnectionError(`${format(target)} closed the connection before the log-in`));
        });
        client.connect({
            ...transport,
            username: target.user,
            algorithms: { serverHostKey: ["ssh-ed25519"] },
            hostVerifier: (key: Buffer) => {
                shown = formatHostKey(key);
                return shown.line === target.hostKey;
            },
            ...(target.privateKey === undefined ? {} : { privateKey: target.privateKey }),
            ...(target.privateKeyPassword === undefined ? {} : { passphrase: target.privateKeyPassword }),
            ...(target.agentSocket === undefined ? {} : { agent: target.agentSocket }),
        });
    });
}

/** Whether sudo works for the one who is logged in; the reason when it does not. */
export async function checkSudo(client: Client, password: string | undefined): Promise<string | undefined> {
    // -k: a password typed a minute ago must not count.
    const withoutPassword = await run(client, "sudo -k -n true");
    if (withoutPassword.code === 0) return undefined;
    if (withoutPassword.stderr.includes("not found")) return "sudo is not installed there";
    if (password === undefined) return "sudo asks for a password, and none was given";
    const withPassword = await run(client, "sudo -k -S -p '' true", `${password}\n`);
    if (withPassword.code === 0) return undefined;
    return /not (?:in the sudoers|allowed)/.test(withPassword.stderr)
        ? "the user may not use sudo there"
        : "sudo refuses the password";
}

function run(client: Client, command: string, stdin = ""): Promise<{ code: number; stderr: string }> {
    return new Promise((resolve, reject) => {
        client.exec(command, (error, stream) => {
            if (error !== undefined) {
                reject(new ConnectionError(`a command could not be started: ${error.message}`));
                return;
            }
            let stderr = "";
            stream.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
            stream.on("data", () => undefined);
            stream.on("close", (code: number | null) => {
                resolve({ code: code ?? -1, stderr });
            });
            stream.end(stdin);
        });
    });
}

async function transportTo(endpoint: Endpoint, via: Client | undefined): Promise<ConnectConfig> {
    if (via === undefined) {
        return { host: endpoint.address, port: endpoint.port, readyTimeout: TIMEOUT_MS };
    }
    const sock = await new Promise<Duplex>((resolve, reject) => {
        via.forwardOut("127.0.0.1", 0, endpoint.address, endpoint.port, (error, channel) => {
            if (error === undefined) resolve(channel);
            else reject(new ConnectionError(`the jump host does not reach ${format(endpoint)}: ${error.message}`));
        });
    });
    return { sock, readyTimeout: TIMEOUT_MS };
}

function explain(error: Error & { level?: string; code?: string }, endpoint: Endpoint): ConnectionError {
    const where = format(endpoint);
    switch (error.code) {
        case "ECONNREFUSED":
            return new ConnectionError(`${where} refuses the connection: no SSH server listens there`);
        case "ENOTFOUND":
        case "EAI_AGAIN":
            return new ConnectionError(`no address is known for the name ${endpoint.address}`);
        case "EHOSTUNREACH":
        case "ENETUNREACH":
            return new ConnectionError(`${where} cannot be reached: is the laptop on, and in this network?`);
        case "ETIMEDOUT":
            return new ConnectionError(`${where} does not answer: is the laptop on, and in this network?`);
    }
    if (error.level === "client-timeout") {
        return new ConnectionError(
            `${where} does not answer within ${String(TIMEOUT_MS / 1000)} s: is the laptop on, and in this network?`,
        );
    }
    if (error.level === "client-authentication") {
        return new ConnectionError(`${where} refuses the log-in: wrong user, or the key is not in its authorized_keys`);
    }
    if (/no matching host key/i.test(error.message)) {
        return new ConnectionError(
            `${where} has no ed25519 host key. Make one on the laptop: sudo ssh-keygen -A && sudo systemctl restart ssh`,
        );
    }
    if (error.message.includes("before handshake")) {
        return new ConnectionError(
            `${where} closes the connection at once: it is no SSH server, or one that is shutting us out`,
        );
    }
    return new ConnectionError(`${where}: ${error.message}`);
}

export function format({ address, port }: Endpoint): string {
    return address.includes(":") ? `[${address}]:${String(port)}` : `${address}:${String(port)}`;
}
