import { action, api, mutation, rowId } from "../../../auth/guard";
import { termRequest } from "../../../posts/requests";
import { services } from "../../../server/services";

export const config = { api: { bodyParser: false } };

/** Another name, which may be another tag's: the two become one; or away with it. */
export default api({
    PUT: mutation(termRequest, ({ body, query }) => services().posts.tags.rename(rowId(query.id), body.name)),
    DELETE: action(({ query }) => services().posts.tags.remove(rowId(query.id))),
});
