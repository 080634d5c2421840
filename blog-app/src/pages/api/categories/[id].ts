import * as z from "zod";

import { api, mutation, rowId } from "../../../auth/guard";
import { services } from "../../../server/services";

export const config = { api: { bodyParser: false } };

const term = z.strictObject({ name: z.string().trim().min(1).max(60) });
const removal = z.strictObject({ into: z.number().int().min(1).nullable() });

/** Another name; or away with it, its posts to another category or to none. */
export default api({
    PUT: mutation(term, ({ body, query }) => services().posts.categories.rename(rowId(query.id), body.name)),
    DELETE: mutation(removal, ({ body, query }) => services().posts.categories.remove(rowId(query.id), body.into)),
});
