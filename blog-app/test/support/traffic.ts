import { Agent, request } from "node:http";

export interface Answer {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly body: string;
    readonly milliseconds: number;
}

/** One GET on a connection of the agent's. Rejects where no whole answer came. */
export function get(url: string, agent?: Agent): Promise<Answer> {
    const started = performance.now();
    return new Promise((resolve, reject) => {
        const outgoing = request(url, { agent, timeout: 15_000 }, (response) => {
            let body = "";
            response.setEncoding("utf8");
            response.on("data", (chunk: string) => (body += chunk));
            response.on("error", reject);
            response.on("end", () => {
                resolve({
                    status: response.statusCode ?? 0,
                    headers: response.headers,
                    body,
                    milliseconds: performance.now() - started,
                });
            });
        });
        outgoing.on("timeout", () => outgoing.destroy(new Error(`${url}: no answer in 15 s`)));
        outgoing.on("error", reject);
        outgoing.end();
    });
}

export interface Traffic {
    /** Stops after the answers that are under way; what went wrong, a line for each kind, and how many were answered. */
    stop(): Promise<{ answered: number; failures: string[] }>;
}

/**
 * Readers who ask one after another, each on a connection that is kept open. `next` gives the address of the next
 * question; `judge` says what is wrong with an answer.
 */
export function startTraffic(options: {
    readonly readers: number;
    readonly next: (reader: number) => string;
    readonly judge?: (answer: Answer, url: string) => string | undefined;
}): Traffic {
    const agent = new Agent({ keepAlive: true, maxSockets: options.readers * 2 });
    const failures = new Map<string, number>();
    const fail = (line: string) => failures.set(line, (failures.get(line) ?? 0) + 1);
    let answered = 0;
    let stopped = false;
    const judge = options.judge ?? (({ status }) => (status === 200 ? undefined : `status ${String(status)}`));
    const reader = async (number: number) => {
        while (!stopped) {
            const url = options.next(number);
            try {
                const fault = judge(await get(url, agent), url);
                answered += 1;
                if (fault !== undefined) fail(`${url}: ${fault}`);
            } catch (error) {
                fail(`${url}: ${error instanceof Error ? error.message : String(error)}`);
            }
        }
    };
    const readers = Array.from({ length: options.readers }, (_, number) => reader(number));
    return {
        async stop() {
            stopped = true;
            await Promise.all(readers);
            agent.destroy();
            return { answered, failures: [...failures].map(([line, times]) => `${line} (${String(times)} times)`) };
        },
    };
}
