import * as z from "zod";

import { action, api, authorOnly, withoutSession } from "../../../auth/guard";
import { services } from "../../../server/services";

export const config = { api: { bodyParser: false } };

const credentials = z.strictObject({
    email: z.string().min(1).max(254),
    password: z.string().min(1).max(1_000),
});

/** The author's session: who has it, sign in, sign out. */
export default api({
    GET: authorOnly(({ session }) => ({ author: session.author })),
    POST: withoutSession(credentials, async ({ body, ip, request, response }) => {
        const { session, setCookie } = await services().auth.signIn({
            ...body,
            ip,
            userAgent: request.headers["user-agent"] ?? "",
            cookie: request.headers.cookie,
        });
        response.setHeader("set-cookie", setCookie);
        return { author: session.author };
    }),
    DELETE: action(async ({ session, response }) => {
        response.setHeader("set-cookie", await services().auth.signOut(session));
    }),
});
