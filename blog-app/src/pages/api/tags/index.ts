import { action, api, authorOnly } from "../../../auth/guard";
import { services } from "../../../server/services";

export const config = { api: { bodyParser: false } };

/** The tags; DELETE removes those that no post has. */
export default api({
    GET: authorOnly(async () => ({ tags: await services().posts.tags.list() })),
    DELETE: action(async () => ({ removed: await services().posts.tags.removeUnused() })),
});
