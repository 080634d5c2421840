import * as z from "zod";

import { api, authorOnly, mutation } from "../../../auth/guard";
import { services } from "../../../server/services";

export const config = { api: { bodyParser: false } };

/** Type and size are refused by the images themselves, which say what is taken. */
const upload = z.strictObject({
    name: z.string().max(1_000),
    contentType: z.string().max(200),
    bytes: z.number().int(),
});

export default api({
    /** ?page=2&unused=1 */
    GET: authorOnly(({ query }) => {
        const page = Number(query.page ?? 1);
        return services().images.list({ page: Number.isSafeInteger(page) ? page : 1, unused: query.unused === "1" });
    }),
    /** Where the author's browser is to put the file; then POST /api/images/<id>/complete. */
    POST: mutation(upload, ({ body }) => services().images.begin(body)),
});
