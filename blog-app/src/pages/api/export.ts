import { once } from "node:events";

import { api, authorOnly } from "../../auth/guard";
import { services } from "../../server/services";

export const config = { api: { bodyParser: false } };

/** All posts and pictures as a zip, made while it is sent. */
export default api({
    GET: authorOnly(async ({ response }) => {
        const day = new Date().toISOString().slice(0, 10);
        response.writeHead(200, {
            "content-type": "application/zip",
            "content-disposition": `attachment; filename="blog-${day}.zip"`,
        });
        for await (const chunk of services().transfer.exportZip()) {
            if (response.destroyed) return;
            if (!response.write(chunk)) await Promise.race([once(response, "drain"), once(response, "close")]);
        }
        response.end();
    }),
});
