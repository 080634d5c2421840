import { afterAll, beforeAll, expect, it } from "vitest";

import { freshEnvironment, startApp, type App } from "../support/app";

let app: App;
beforeAll(async () => {
    app = await startApp((await freshEnvironment()).variables);
});
afterAll(async () => {
    await app.stop();
});

it("defect 13 of the original, no probes: answers them on both ports", async () => {
    for (const base of [app.url, app.internalUrl]) {
        for (const probe of ["livez", "readyz"]) {
            const answer = await fetch(`${base}/${probe}`);
            expect(answer.status, `${base}/${probe}`).toBe(200);
            expect(await answer.json()).toMatchObject({ status: "ok" });
        }
    }
});

it("has its metrics on the second port only", async () => {
    await fetch(`${app.url}/`);
    expect(await (await fetch(`${app.internalUrl}/metrics`)).text()).toMatch(
        /http_request_duration_seconds_count\{route="home",method="GET",status="200"\} 1/,
    );
    expect((await fetch(`${app.url}/metrics`)).status).toBe(404);
});
