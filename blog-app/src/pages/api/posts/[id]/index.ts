import { action, api, authorOnly, mutation, rowId } from "../../../../auth/guard";
import { editorRequest } from "../../../../posts/requests";
import { services } from "../../../../server/services";

export const config = { api: { bodyParser: false } };

/** A post: what the editor opens, its next revision, and into the trash. */
export default api({
    GET: authorOnly(({ query }) => services().posts.get(rowId(query.id))),
    PUT: mutation(editorRequest, ({ body, query }) => services().posts.save(rowId(query.id), body.fields, body.stamp)),
    DELETE: action(({ query }) => services().posts.trash(rowId(query.id))),
});
