import { Listr } from "listr2";

/** Tells people what goes on and for how long. */
export interface Progress {
    /** Runs one step. `report` shows what it is at; the elapsed time of every step is shown. */
    step<T>(title: string, work: (report: (detail: string) => void) => Promise<T>): Promise<T>;
    say(line: string): void;
}

export interface Output {
    readonly isTTY?: boolean;
    write(text: string): unknown;
}

/** On a terminal a list that moves; elsewhere plain lines. Goes to stderr: stdout is for answers. */
export function progressTo(output: Output = process.stderr): Progress {
    return output.isTTY === true ? listProgress(output) : lineProgress(output);
}

/** Says nothing, for tests that look at outcomes. */
export const silent: Progress = {
    step: (_, work) => work(() => undefined),
    say: () => undefined,
};

/** Longest silence of a step that runs, in seconds. */
const HEARTBEAT = 10;

export function lineProgress(output: Output, now: () => number = Date.now): Progress {
    const started = now();
    const line = (text: string) => output.write(`[${((now() - started) / 1000).toFixed(1).padStart(6)} s] ${text}\n`);
    return {
        say: line,
        step: async (title, work) => {
            const begun = now();
            const seconds = () => `${((now() - begun) / 1000).toFixed(1)} s`;
            let latest = "";
            line(title);
            const heartbeat = setInterval(() => {
                line(`  ${title}: going on for ${seconds()}${latest === "" ? "" : `, ${latest.slice(0, 100)}`}`);
            }, HEARTBEAT * 1000);
            try {
                const result = await work((detail) => {
                    latest = detail;
                    line(`  ${detail}`);
                });
                line(`${title}: done in ${seconds()}`);
                return result;
            } catch (error) {
                line(`${title}: failed after ${seconds()}`);
                throw error;
            } finally {
                clearInterval(heartbeat);
            }
        },
    };
}

function listProgress(output: Output): Progress {
    return {
        say: (line) => output.write(`${line}\n`),
        step: async <T>(title: string, work: (report: (detail: string) => void) => Promise<T>): Promise<T> => {
            const results: T[] = [];
            const begun = Date.now();
            const timed = () => `${title} (${((Date.now() - begun) / 1000).toFixed(0)} s)`;
            const tasks = new Listr(
                {
                    title,
                    task: async (_, task) => {
                        const clock = setInterval(() => {
                            task.title = timed();
                        }, 1000);
                        try {
                            results.push(
                                await work((detail) => {
                                    task.output = detail;
                                }),
                            );
                        } finally {
                            clearInterval(clock);
                            task.title = timed();
                        }
                    },
                },
                // The lab ends its own steps on Ctrl-C, in an order from which the next run goes on.
                { registerSignalListeners: false },
            );
            await tasks.run();
            return results[0] as T;
        },
    };
}
