/** Runs a command over an open connection. */
import type { Client, ClientChannel } from "ssh2";
import { StringDecoder } from "node:string_decoder";

/** Milliseconds a command may take to end after it was told to. */
const GRACE = 1000;

export interface Ended {
    /** Absent when the command was killed or the connection was lost. */
    readonly code?: number;
    readonly signal?: string;
    readonly stdout: string;
    readonly stderr: string;
}

export interface ExecOptions {
    readonly stdin: string;
    readonly signal: AbortSignal;
    /** Whole lines as they arrive. */
    readonly onLine: (line: string, stream: "stdout" | "stderr") => void;
}

/** Splits chunks into lines, keeping characters whole. */
export class Lines {
    readonly #decoder = new StringDecoder("utf8");
    readonly #onLine: (line: string) => void;
    #rest = "";

    constructor(onLine: (line: string) => void) {
        this.#onLine = onLine;
    }

    push(chunk: Buffer): void {
        const lines = (this.#rest + this.#decoder.write(chunk)).split("\n");
        this.#rest = lines.pop() ?? "";
        lines.forEach(this.#onLine);
    }

    end(): void {
        const last = this.#rest + this.#decoder.end();
        if (last !== "") {
            this.#onLine(last);
        }
    }
}

/** Resolves when the command ended, however it did; rejects when it could not be started. */
export function exec(client: Client, command: string, options: ExecOptions): Promise<Ended> {
    return new Promise((resolve, reject) => {
        client.exec(command, (error, channel) => {
            if (error) {
                reject(error);
            } else {
                follow(channel, options, resolve);
            }
        });
    });
}

function follow(channel: ClientChannel, options: ExecOptions, resolve: (ended: Ended) => void): void {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    const lines = {
        stdout: new Lines((line) => {
            options.onLine(line, "stdout");
        }),
        stderr: new Lines((line) => {
            options.onLine(line, "stderr");
        }),
    };
    let exit: { code?: number; signal?: string } = {};
    let isOver = false;
    const finish = () => {
        if (isOver) {
            return;
        }
        isOver = true;
        options.signal.removeEventListener("abort", onAbort);
        lines.stdout.end();
        lines.stderr.end();
        resolve({
            ...exit,
            stdout: Buffer.concat(stdout).toString("utf8"),
            stderr: Buffer.concat(stderr).toString("utf8"),
        });
    };
    const onAbort = () => {
        channel.signal("TERM");
        channel.close();
        // The channel closes when the command has ended; one that ignores the signal is left behind.
        setTimeout(finish, GRACE);
    };
    options.signal.addEventListener("abort", onAbort, { once: true });
    channel.on("data", (chunk: Buffer) => {
        stdout.push(chunk);
        lines.stdout.push(chunk);
    });
    channel.stderr.on("data", (chunk: Buffer) => {
        stderr.push(chunk);
        lines.stderr.push(chunk);
    });
    channel.on("exit", (code: number | null, signal?: string) => {
        exit = code === null ? (signal === undefined ? {} : { signal }) : { code };
    });
    // A command may end without reading its stdin: that is its own affair.
    channel.on("error", () => undefined);
    channel.on("close", finish);
    channel.end(options.stdin);
}
