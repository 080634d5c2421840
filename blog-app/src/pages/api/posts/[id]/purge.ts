import { action, api, rowId } from "../../../../auth/guard";
import { services } from "../../../../server/services";

export const config = { api: { bodyParser: false } };

/** Removes a post that is in the trash. */
export default api({ DELETE: action(({ query }) => services().posts.purge(rowId(query.id))) });
