import type { GetServerSideProps, GetServerSidePropsContext, GetServerSidePropsResult } from "next";

import { services } from "../server/services";
import type { Author, Session } from "./auth";

/** What every author's page is given. */
export interface AuthorPageProps {
    readonly author: Author;
    readonly language: "ko" | "en";
    readonly siteName: string;
    /** Of the times that are shown. */
    readonly timeZone: string;
}

/** getServerSideProps of an author's page: whoever is not signed in goes to the sign-in page, and from there back. */
export function authorPage<Props extends object>(
    load: (context: GetServerSidePropsContext, session: Session) => Promise<Props | null>,
): GetServerSideProps<Props & AuthorPageProps> {
    return async (context): Promise<GetServerSidePropsResult<Props & AuthorPageProps>> => {
        context.res.setHeader("cache-control", "no-store");
        const { auth, env } = services();
        const session = await auth.session(context.req.headers.cookie);
        if (session === null) {
            const destination = `/admin/sign-in?next=${encodeURIComponent(context.resolvedUrl)}`;
            return { redirect: { destination, permanent: false } };
        }
        const props = await load(context, session);
        if (props === null) return { notFound: true };
        return {
            props: {
                ...props,
                author: session.author,
                language: env.SITE_LANGUAGE,
                siteName: env.SITE_NAME,
                timeZone: env.SITE_TIME_ZONE,
            },
        };
    };
}
