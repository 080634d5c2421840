import { action, api, rowId } from "../../../../auth/guard";
import { services } from "../../../../server/services";

export const config = { api: { bodyParser: false } };

/** Links to a post's preview: a new one, or none that work any more. */
export default api({
    POST: action(({ query }) => services().posts.previewToken(rowId(query.id))),
    DELETE: action(({ query }) => services().posts.revokePreviews(rowId(query.id))),
});
