import { api, authorOnly, rowId } from "../../../../../auth/guard";
import { services } from "../../../../../server/services";

export const config = { api: { bodyParser: false } };

export default api({
    GET: authorOnly(async ({ query }) => ({ revisions: await services().posts.revisions(rowId(query.id)) })),
});
