import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface Answer {
    readonly status: number;
    readonly body: string;
    readonly milliseconds: number;
}

/** Asks one address for a page under the page's own name, as a browser would if a resolver knew the name. */
export function fetchFrom(address: string, url: string, timeoutSeconds = 5): Promise<Answer> {
    const { host, pathname, port } = new URL(url);
    const begun = performance.now();
    return new Promise((resolve, reject) => {
        const asked = request(
            {
                ...{ host: address, port: port === "" ? 80 : Number(port), path: pathname, headers: { host } },
                agent: false,
                // Not the request's own setTimeout, which begins when the connection is there: to a laptop that is just
                // starting, that may take minutes.
                signal: AbortSignal.timeout(timeoutSeconds * 1000),
            },
            (response) => {
                let body = "";
                response.setEncoding("utf8");
                response.on("data", (text: string) => (body += text));
                response.on("error", reject);
                response.on("end", () => {
                    const milliseconds = Math.round(performance.now() - begun);
                    resolve({ status: response.statusCode ?? 0, body, milliseconds });
                });
            },
        );
        asked.on("error", (error) => {
            reject(error.name === "AbortError" ? new Error(`no answer within ${timeoutSeconds} s`) : error);
        });
        asked.end();
    });
}

/**
 * The same until the page comes: the ingress takes a moment to know a new pod.
 *
 * @throws Error with the last answer when it never comes.
 */
export async function waitForPage(
    address: string,
    url: string,
    seconds: number,
    signal?: AbortSignal,
): Promise<Answer> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
        signal?.throwIfAborted();
        let last: string;
        try {
            const answer = await fetchFrom(address, url);
            if (answer.status === 200) return answer;
            last = `status ${answer.status}`;
        } catch (error) {
            last = error instanceof Error ? error.message : String(error);
        }
        if (Date.now() > deadline)
            throw new Error(`${url} at ${address}: ${last}, ${seconds} s after the program ended`);
        await sleep(500);
    }
}
