import { action, api } from "../../../auth/guard";
import { services } from "../../../server/services";

export const config = { api: { bodyParser: false } };

/** Empties the trash. */
export default api({ DELETE: action(async () => ({ removed: await services().posts.emptyTrash() })) });
