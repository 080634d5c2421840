import { api, authorOnly, rowId } from "../../../../auth/guard";
import { services } from "../../../../server/services";

export const config = { api: { bodyParser: false } };

const text = (value: string | string[] | undefined) => (typeof value === "string" ? value.slice(0, 200) : "");

/** Whether the post could have this address: ?slug= as typed, or empty to make it from ?title=. */
export default api({
    GET: authorOnly(({ query }) =>
        services().posts.checkSlug({ id: rowId(query.id), slug: text(query.slug), title: text(query.title) }),
    ),
});
