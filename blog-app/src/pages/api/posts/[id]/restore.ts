import { action, api, rowId } from "../../../../auth/guard";
import { services } from "../../../../server/services";

export const config = { api: { bodyParser: false } };

/** Out of the trash. */
export default api({ POST: action(({ query }) => services().posts.restore(rowId(query.id))) });
