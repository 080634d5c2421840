import type { GetServerSideProps } from "next";

import { ListingPage } from "../../components/reader/listing-page";
import { NotFoundPage } from "../../components/reader/not-found-page";
import { strings } from "../../i18n/strings";
import { KEPT, notFound, type NotFoundProps } from "../../reader/not-found";
import { pageNumber } from "../../reader/page-number";
import { categoryPath } from "../../reader/paths";
import { siteOf, type Site } from "../../reader/site";
import type { PostPage, Term } from "../../reader/types";
import { services } from "../../server/services";

export const config = { unstable_runtimeJS: false };

interface CategoryProps {
    readonly kind: "list";
    readonly site: Site;
    readonly term: Term;
    readonly list: PostPage;
}

export default function Category(props: CategoryProps | NotFoundProps) {
    if (props.kind === "missing") return <NotFoundPage {...props} />;
    const { site, term, list } = props;
    const t = strings(site.language);
    const path = categoryPath(term.slug);
    return (
        <ListingPage
            site={site}
            list={list}
            path={path}
            kicker={t.category}
            title={term.name}
            description={t.categoryDescription(term.name, site.name)}
            crumbs={[
                { name: t.home, path: "/" },
                { name: term.name, path },
            ]}
        />
    );
}

export const getServerSideProps = (async ({ params, query, res }) => {
    const page = pageNumber(query.page);
    const found = page === undefined ? undefined : await services().reader.category(String(params?.slug), page);
    if (found === undefined) return notFound(res);
    res.setHeader("cache-control", KEPT);
    return { props: { kind: "list", site: siteOf(), ...found } };
}) satisfies GetServerSideProps<CategoryProps | NotFoundProps>;
