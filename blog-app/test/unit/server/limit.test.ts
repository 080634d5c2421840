import { expect, it } from "vitest";

import { createLimit } from "../../../src/server/limit";

it("runs so many at once, the rest in order, and goes on after a failure", async () => {
    const limit = createLimit(2);
    const order: string[] = [];
    let running = 0;
    let most = 0;
    const work = (name: string) => async () => {
        running += 1;
        most = Math.max(most, running);
        order.push(name);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (name === "b") throw new Error("b failed");
        return name;
    };
    const all = await Promise.allSettled(["a", "b", "c", "d", "e"].map((name) => limit(work(name))));
    expect(order).toEqual(["a", "b", "c", "d", "e"]);
    expect(most).toBe(2);
    expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled", "fulfilled"]);
    expect(await limit(work("f"))).toBe("f");
});
