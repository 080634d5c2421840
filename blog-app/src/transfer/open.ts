import * as path from "node:path";

import { runningServices } from "../../dev/kept";
import { createImages, type Images } from "../images/images";
import { openDatabase } from "../data/database";
import { rerenderPostsWith } from "../posts/store";
import { readEnv, type Env } from "../server/env";
import { createLog } from "../server/log";
import { createTransfer, type Transfer } from "./transfer";

/**
 * The transfer of the blog that a command works on: the server's environment where DATABASE_HOST is given, else the
 * services that `npm run dev` runs for this checkout.
 */
export async function withTransfer<T>(work: (transfer: Transfer) => Promise<T>): Promise<T> {
    const given = process.env.DATABASE_HOST ?? process.env.DATABASE_HOST_FILE;
    const checkout = path.resolve(import.meta.dirname, "../..");
    const variables =
        given === undefined
            ? { SITE_URL: "http://localhost:3000", ...(await runningServices(path.join(checkout, ".dev"))) }
            : process.env;
    return workOn(readEnv(variables), work);
}

export async function workOn<T>(env: Env, work: (transfer: Transfer) => Promise<T>): Promise<T> {
    const database = openDatabase(env);
    const images: Images = createImages({
        database,
        env,
        log: createLog("warn"),
        rerender: (id) => rerenderPostsWith(database, images, id),
    });
    try {
        return await work(createTransfer({ database, images }));
    } finally {
        images.close();
        await database.close();
    }
}
