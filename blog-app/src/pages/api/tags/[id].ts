import * as z from "zod";

import { action, api, mutation, rowId } from "../../../auth/guard";
import { services } from "../../../server/services";

export const config = { api: { bodyParser: false } };

const term = z.strictObject({ name: z.string().trim().min(1).max(60) });

/** Another name, which may be another tag's: the two become one; or away with it. */
export default api({
    PUT: mutation(term, ({ body, query }) => services().posts.tags.rename(rowId(query.id), body.name)),
    DELETE: action(({ query }) => services().posts.tags.remove(rowId(query.id))),
});
