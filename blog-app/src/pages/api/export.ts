import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { api, authorOnly } from "../../auth/guard";
import { services } from "../../server/services";

export const config = { api: { bodyParser: false, responseLimit: false } };

/** All posts and pictures as one zip. */
export default api({
    GET: authorOnly(async ({ response }) => {
        const day = new Date().toISOString().slice(0, 10);
        response.setHeader("content-type", "application/zip");
        response.setHeader("content-disposition", `attachment; filename="blog-${day}.zip"`);
        // Compressed once is enough.
        response.setHeader("cache-control", "no-store, no-transform");
        await pipeline(Readable.from(services().transfer.exportZip()), response);
    }),
});
