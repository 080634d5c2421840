import * as z from "zod";

import { api, mutation } from "../../../auth/guard";
import { services } from "../../../server/services";

export const config = { api: { bodyParser: false } };

const change = z.strictObject({ current: z.string().min(1).max(1_000), password: z.string().min(1).max(1_000) });

/** A new password; the other sessions end. */
export default api({
    PUT: mutation(change, ({ body, session, ip }) => services().auth.changePassword(session, { ...body, ip })),
});
