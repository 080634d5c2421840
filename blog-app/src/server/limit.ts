/** Runs work, at most so much of it at a time; the rest waits in the order it came. */
export function createLimit(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
    let running = 0;
    const waiting: (() => void)[] = [];
    return async (work) => {
        if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
        else running += 1;
        try {
            return await work();
        } finally {
            // The place is handed on, not given back and taken again.
            const next = waiting.shift();
            if (next === undefined) running -= 1;
            else next();
        }
    };
}
