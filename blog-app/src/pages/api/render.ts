import * as z from "zod";

import { api, mutation } from "../../auth/guard";
import { postFields } from "../../posts/fields";
import { services } from "../../server/services";

export const config = { api: { bodyParser: false } };

const source = z.strictObject({ markdown: postFields.shape.markdown });

/** What readers would see of this markdown. */
export default api({ POST: mutation(source, ({ body }) => services().posts.render(body.markdown)) });
