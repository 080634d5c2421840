import { action, api, mutation, rowId } from "../../../../auth/guard";
import { editorRequest } from "../../../../posts/requests";
import { services } from "../../../../server/services";

export const config = { api: { bodyParser: false } };

/** What the editor holds and has not saved: kept, or forgotten. */
export default api({
    PUT: mutation(editorRequest, ({ body, query }) =>
        services().posts.autosave(rowId(query.id), body.fields, body.stamp),
    ),
    DELETE: action(({ query }) => services().posts.discardDraft(rowId(query.id))),
});
