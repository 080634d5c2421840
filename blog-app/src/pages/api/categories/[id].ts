import * as z from "zod";

import { api, mutation, rowId } from "../../../auth/guard";
import { termRequest } from "../../../posts/requests";
import { services } from "../../../server/services";

export const config = { api: { bodyParser: false } };

const removal = z.strictObject({ into: z.number().int().min(1).nullable() });

/** Another name; or away with it, its posts to another category or to none. */
export default api({
    PUT: mutation(termRequest, ({ body, query }) => services().posts.categories.rename(rowId(query.id), body.name)),
    DELETE: mutation(removal, ({ body, query }) => services().posts.categories.remove(rowId(query.id), body.into)),
});
