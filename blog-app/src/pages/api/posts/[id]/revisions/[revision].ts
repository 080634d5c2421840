import { api, authorOnly, rowId } from "../../../../../auth/guard";
import { services } from "../../../../../server/services";

export const config = { api: { bodyParser: false } };

export default api({
    GET: authorOnly(({ query }) => services().posts.revision(rowId(query.id), rowId(query.revision))),
});
