import type { GetServerSideProps } from "next";

import { services } from "../server/services";
import { KEPT, notFound, type NotFoundProps } from "./not-found";
import { pageNumber } from "./page-number";
import { categoryPath, pagePath, tagPath } from "./paths";
import { redirect } from "./redirect";
import { siteOf, type Site } from "./site";
import type { PostPage, Term } from "./types";

export interface TermProps {
    readonly kind: "list";
    readonly site: Site;
    readonly term: Term;
    readonly list: PostPage;
}

const PATHS = { category: categoryPath, tag: tagPath };

/** getServerSideProps of a category's or a tag's page. */
export function termPage(of: keyof typeof PATHS): GetServerSideProps<TermProps | NotFoundProps> {
    return async ({ params, query, res }) => {
        const slug = String(params?.slug);
        const page = pageNumber(query.page);
        if (page === undefined) return notFound(res);
        const found = await services().reader[of](slug, page);
        if (found === undefined) return notFound(res);
        // The database compares without case and accents; kept would be one copy of the list for each spelling.
        if (found.term.slug !== slug) return redirect(res, pagePath(PATHS[of](found.term.slug), page));
        res.setHeader("cache-control", KEPT);
        return { props: { kind: "list", site: siteOf(), ...found } };
    };
}
