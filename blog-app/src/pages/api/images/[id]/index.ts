import { action, api } from "../../../../auth/guard";
import { services } from "../../../../server/services";

export const config = { api: { bodyParser: false } };

export default api({ DELETE: action(({ query }) => services().images.remove(String(query.id))) });
