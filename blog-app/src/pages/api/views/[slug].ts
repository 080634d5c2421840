import { api, readersAction } from "../../../auth/guard";
import { adminStrings } from "../../../i18n/admin";
import { ApiError } from "../../../server/api-error";
import { services } from "../../../server/services";

export const config = { api: { bodyParser: false } };

/** Sent by the readers' own script when a post was opened. */
export default api({
    POST: readersAction(async ({ query, ip, request }) => {
        const { views, env } = services();
        const found = await views.count(String(query.slug), { ip, userAgent: request.headers["user-agent"] ?? "" });
        if (found === undefined) throw new ApiError(404, adminStrings(env.SITE_LANGUAGE).errors.notFound);
        return found;
    }),
});
