import { action, api } from "../../../auth/guard";
import { services } from "../../../server/services";

export const config = { api: { bodyParser: false } };

/** Signs out everywhere else. */
export default api({
    DELETE: action(async ({ session }) => ({ ended: await services().auth.signOutOthers(session.author.id, session) })),
});
