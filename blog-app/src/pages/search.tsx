import type { GetServerSideProps } from "next";

import { Layout } from "../components/reader/layout";
import { NotFoundPage } from "../components/reader/not-found-page";
import { PageHead } from "../components/reader/page-head";
import { Pagination } from "../components/reader/pagination";
import { SEARCH_LIMIT, SearchForm } from "../components/reader/search-form";
import { dateFormats } from "../i18n/dates";
import { strings } from "../i18n/strings";
import { notFound, type NotFoundProps } from "../reader/not-found";
import { pageNumber } from "../reader/page-number";
import { postPath, searchPath } from "../reader/paths";
import { siteOf, type Site } from "../reader/site";
import { services } from "../server/services";

export const config = { unstable_runtimeJS: false };

const PAGE_SIZE = 10;

interface SearchProps {
    readonly kind: "search";
    readonly site: Site;
    /** What was searched for; empty: nothing yet. */
    readonly query: string;
    /** More was asked for than counts. */
    readonly cut: boolean;
    readonly page: number;
    readonly pages: number;
    readonly total: number;
    readonly results: readonly {
        readonly slug: string;
        readonly titleHtml: string;
        readonly snippetHtml: string;
        readonly publishedAt: string;
    }[];
}

export default function Search(props: SearchProps | NotFoundProps) {
    if (props.kind === "missing") return <NotFoundPage {...props} />;
    const { site, query, cut, page, pages, total, results } = props;
    const t = strings(site.language);
    const dates = dateFormats(site.language, site.timeZone);
    const asked = query !== "";
    return (
        <Layout site={site} current="search" searches>
            <PageHead site={site} title={asked ? `${query} · ${t.search}` : t.search} noindex />
            <div className="page">
                <header className="page-header">
                    <h1>{t.search}</h1>
                    <SearchForm site={site} value={query} />
                    <p className="lede" role="status">
                        {!asked ? t.searchHint : total === 0 ? t.searchNothing : t.resultCount(total)}
                    </p>
                    {asked && total === 0 && <p className="note">{t.searchTips}</p>}
                    {cut && <p className="note">{t.searchTooLong(SEARCH_LIMIT)}</p>}
                </header>
                {results.length > 0 && (
                    <ol className="entries">
                        {results.map(({ slug, titleHtml, snippetHtml, publishedAt }) => (
                            <li key={slug}>
                                <article className="entry">
                                    <p className="entry-meta">
                                        <time dateTime={publishedAt}>{dates.long(publishedAt)}</time>
                                    </p>
                                    <div className="entry-text">
                                        <h2 className="entry-title">
                                            <a href={postPath(slug)} dangerouslySetInnerHTML={{ __html: titleHtml }} />
                                        </h2>
                                        <p
                                            className="entry-excerpt"
                                            dangerouslySetInnerHTML={{ __html: snippetHtml }}
                                        />
                                    </div>
                                </article>
                            </li>
                        ))}
                    </ol>
                )}
                <Pagination site={site} page={page} pages={pages} address={(one) => searchPath(query, one)} />
            </div>
        </Layout>
    );
}

export const getServerSideProps = (async ({ query: asked, res }) => {
    const page = pageNumber(asked.page);
    const given = typeof asked.q === "string" ? asked.q.normalize("NFC").trim() : "";
    const characters = Array.from(given);
    const query = characters.slice(0, SEARCH_LIMIT).join("").trim();
    const { total, results } =
        page === undefined || query === ""
            ? { total: 0, results: [] }
            : await services().search.find(query, { page, size: PAGE_SIZE });
    const pages = Math.max(1, Math.ceil(total / PAGE_SIZE));
    if (page === undefined || page > pages) return notFound(res);
    return {
        props: {
            kind: "search",
            site: siteOf(),
            query,
            cut: characters.length > SEARCH_LIMIT,
            page,
            pages,
            total,
            results: results.map(({ slug, titleHtml, snippetHtml, publishedAt }) => ({
                ...{ slug, titleHtml, snippetHtml, publishedAt: publishedAt.toISOString() },
            })),
        },
    };
}) satisfies GetServerSideProps<SearchProps | NotFoundProps>;
