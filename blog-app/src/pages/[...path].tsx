import type { GetServerSideProps } from "next";

import { NotFoundPage } from "../components/reader/not-found-page";
import { strings } from "../i18n/strings";
import { notFound, type NotFoundProps } from "../reader/not-found";
import { answer } from "../reader/redirect";
import { services } from "../server/services";

export const config = { unstable_runtimeJS: false };

/** Every address that no other page has. */
export default function Anything(props: NotFoundProps) {
    return <NotFoundPage {...props} />;
}

export const getServerSideProps = (async ({ params, res }) => {
    if (params?.path?.[0] === "api") {
        res.statusCode = 404;
        const { notFound: message } = strings(services().env.SITE_LANGUAGE);
        answer(res, "application/json; charset=utf-8", JSON.stringify({ error: { message } }));
        return { props: {} as NotFoundProps };
    }
    return notFound(res);
}) satisfies GetServerSideProps<NotFoundProps>;
