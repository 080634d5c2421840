import { openDatabase } from "../data/database";
import { createImages, type Images } from "../images/images";
import { rerenderPostsWith } from "../posts/store";
import type { Env } from "../server/env";
import { createLog } from "../server/log";
import { createTransfer, type Transfer } from "./transfer";

/** Works on a blog without its server, as commands do: faults are told in English. */
export async function withTransfer<T>(env: Env, work: (transfer: Transfer) => Promise<T>): Promise<T> {
    const database = openDatabase(env);
    const images: Images = createImages({
        database,
        env: { ...env, SITE_LANGUAGE: "en" },
        log: createLog("warn"),
        rerender: (id) => rerenderPostsWith(database, images, id),
    });
    try {
        return await work(createTransfer({ database, images, language: "en" }));
    } finally {
        images.close();
        await database.close();
    }
}
