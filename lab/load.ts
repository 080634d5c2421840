import { fetchFrom } from "./hello";

/** Where the workload of {@link ../lab/workload.yaml} answers: a NodePort, on every node. */
export const workloadUrl = "http://workload.test:30080/";

/** What became of the requests. */
export interface Answered {
    readonly requests: number;
    /** One line for each request that got no answer of 200, with the milliseconds since the first. */
    readonly failures: readonly string[];
}

/**
 * Asks for a page at a steady rate, each time over a new connection and whether or not the last was answered, as many
 * readers would.
 *
 * @param addresses asked in turn
 * @returns ends it, and waits for the answers that are under way
 */
export function askSteadily(
    addresses: readonly string[],
    url: string,
    requestsPerSecond: number,
): () => Promise<Answered> {
    const begun = performance.now();
    const failures: string[] = [];
    const underWay = new Set<Promise<void>>();
    let requests = 0;
    const ask = async (address: string) => {
        const at = Math.round(performance.now() - begun);
        try {
            const { status } = await fetchFrom(address, url);
            if (status !== 200) failures.push(`${at} ms: ${address}: status ${status}`);
        } catch (error) {
            failures.push(`${at} ms: ${address}: ${error instanceof Error ? error.message : String(error)}`);
        }
    };
    const timer = setInterval(() => {
        // A timer that comes late makes up for it, so that the rate holds.
        const due = Math.floor(((performance.now() - begun) / 1000) * requestsPerSecond);
        while (requests < due) {
            const answer = ask(addresses[requests++ % addresses.length] ?? "");
            underWay.add(answer);
            void answer.finally(() => underWay.delete(answer));
        }
    }, 1000 / requestsPerSecond);
    return async () => {
        clearInterval(timer);
        await Promise.all(underWay);
        return { requests, failures };
    };
}
