import type { GetServerSideProps } from "next";

import { Layout } from "../components/reader/layout";
import { NotFoundPage } from "../components/reader/not-found-page";
import { PageHead } from "../components/reader/page-head";
import { Pagination } from "../components/reader/pagination";
import { PostList } from "../components/reader/post-list";
import { strings } from "../i18n/strings";
import { websiteData } from "../reader/json-ld";
import { KEPT, notFound, type NotFoundProps } from "../reader/not-found";
import { pageNumber } from "../reader/page-number";
import { categoryPath, pagePath } from "../reader/paths";
import { siteOf, type Site } from "../reader/site";
import type { CountedTerm, PostPage } from "../reader/types";
import { services } from "../server/services";

export const config = { unstable_runtimeJS: false };

interface HomeProps {
    readonly kind: "home";
    readonly site: Site;
    readonly list: PostPage;
    readonly categories: readonly CountedTerm[];
}

export default function Home(props: HomeProps | NotFoundProps) {
    if (props.kind === "missing") return <NotFoundPage {...props} />;
    const { site, list, categories } = props;
    const t = strings(site.language);
    const { page, pages } = list;
    return (
        <Layout site={site} current="home">
            <PageHead
                site={site}
                {...(page > 1 ? { title: t.pageNumber(page) } : {})}
                path={pagePath("/", page)}
                previousPath={page > 1 ? pagePath("/", page - 1) : undefined}
                nextPath={page < pages ? pagePath("/", page + 1) : undefined}
                data={[websiteData(site)]}
            />
            <div className="page">
                <header className="home-header">
                    <h1 className={site.description === "" ? "hidden" : undefined}>
                        {site.description === "" ? site.name : site.description}
                    </h1>
                    {categories.length > 0 && (
                        <nav aria-label={t.categories}>
                            <ul className="categories">
                                {categories.map(({ name, slug, posts }) => (
                                    <li key={slug}>
                                        <a href={categoryPath(slug)}>
                                            {name} <span className="count">{posts}</span>
                                        </a>
                                    </li>
                                ))}
                            </ul>
                        </nav>
                    )}
                </header>
                {list.posts.length === 0 ? (
                    <p className="empty">{t.noPosts}</p>
                ) : (
                    <PostList site={site} posts={list.posts} heading="h2" />
                )}
                <Pagination site={site} page={page} pages={pages} address={(one) => pagePath("/", one)} />
            </div>
        </Layout>
    );
}

export const getServerSideProps = (async ({ query, res }) => {
    const page = pageNumber(query.page);
    const { reader } = services();
    const [list, categories] = await Promise.all([
        page === undefined ? undefined : reader.home(page),
        reader.categories(),
    ]);
    if (list === undefined) return notFound(res);
    res.setHeader("cache-control", KEPT);
    return { props: { kind: "home", site: siteOf(), list, categories } };
}) satisfies GetServerSideProps<HomeProps | NotFoundProps>;
