import * as z from "zod";

import { api, authorOnly, mutation } from "../../../auth/guard";
import { termRequest } from "../../../posts/requests";
import { services } from "../../../server/services";

export const config = { api: { bodyParser: false } };

const order = z.strictObject({ ids: z.array(z.number().int().min(1)).max(1_000) });

/** The categories, a new one, and their order. */
export default api({
    GET: authorOnly(async () => ({ categories: await services().posts.categories.list() })),
    POST: mutation(termRequest, async ({ body, response }) => {
        const created = await services().posts.categories.create(body.name);
        response.statusCode = 201;
        return created;
    }),
    PUT: mutation(order, ({ body }) => services().posts.categories.order(body.ids)),
});
