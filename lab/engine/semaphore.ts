/** Lets a limited number of tasks run at the same time. */
export class Semaphore {
    #free: number;
    readonly #waiting: (() => void)[] = [];

    constructor(limit: number) {
        this.#free = Math.max(1, limit);
    }

    async run<T>(task: () => Promise<T>): Promise<T> {
        if (this.#free > 0) {
            this.#free--;
        } else {
            await new Promise<void>((resolve) => this.#waiting.push(resolve));
        }
        try {
            return await task();
        } finally {
            const next = this.#waiting.shift();
            if (next) {
                next();
            } else {
                this.#free++;
            }
        }
    }
}
