import * as path from "node:path";

import { runningServices } from "../../dev/kept";
import { readEnv, type Env } from "../server/env";

/**
 * The environment of the blog that a command works on: the server's where DATABASE_HOST is given, else that of the
 * services that `npm run dev` runs for this checkout. Throws where there is neither.
 */
export async function blogEnv(): Promise<Env> {
    if ((process.env.DATABASE_HOST ?? process.env.DATABASE_HOST_FILE) !== undefined) return readEnv(process.env);
    const checkout = path.resolve(import.meta.dirname, "../..");
    return readEnv({ SITE_URL: "http://localhost:3000", ...(await runningServices(path.join(checkout, ".dev"))) });
}
