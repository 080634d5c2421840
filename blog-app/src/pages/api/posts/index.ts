import { action, api, authorOnly } from "../../../auth/guard";
import { listQuery } from "../../../posts/list-query";
import { services } from "../../../server/services";

export const config = { api: { bodyParser: false } };

/** The author's posts, and a new one: an empty draft. */
export default api({
    GET: authorOnly(({ query }) => services().posts.list(listQuery(query))),
    POST: action(async ({ response }) => {
        response.statusCode = 201;
        return services().posts.create();
    }),
});
