import type { Services } from "./services";

/*
 * How Next's bundles reach the services: by this file alone, which has none of their code. A page that imported
 * services.ts itself would bundle the pool, the renderer and native modules, some of them for the browser.
 */

const KEY = Symbol.for("blog-app.services");

export function provideServices(services: Services): void {
    (globalThis as Record<symbol, unknown>)[KEY] = services;
}

/** The server's services; throws where no server made them, such as in `next build`. */
export function services(): Services {
    const provided = (globalThis as Record<symbol, unknown>)[KEY] as Services | undefined;
    if (provided === undefined) throw new Error("no services: pages run inside src/commands/server.ts only");
    return provided;
}
