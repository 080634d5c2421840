import { action, api } from "../../../../auth/guard";
import { services } from "../../../../server/services";

export const config = { api: { bodyParser: false } };

export default api({ POST: action(({ query }) => services().images.complete(String(query.id))) });
