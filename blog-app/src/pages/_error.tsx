import type { NextPageContext } from "next";

import { Layout } from "../components/reader/layout";
import { PageHead } from "../components/reader/page-head";
import { SearchForm } from "../components/reader/search-form";
import { strings } from "../i18n/strings";
import { siteOf, type Site } from "../reader/site";

export const config = { unstable_runtimeJS: false };

interface Props {
    readonly site: Site;
    readonly status: number;
}

/** What went wrong here, and what Next itself refuses (a malformed address). Asks neither database nor store. */
export default function ErrorPage({ site, status }: Props) {
    const t = strings(site.language);
    const missing = status < 500;
    const title = missing ? t.notFound : t.failure;
    return (
        <Layout site={site} searches={missing}>
            <PageHead site={site} title={title} />
            <div className="page">
                <header className="page-header">
                    <p className="kicker">{status}</p>
                    <h1>{title}</h1>
                    <p className="lede">{missing ? t.notFoundText : t.failureText}</p>
                    {missing && <SearchForm site={site} value="" />}
                </header>
                <p>
                    <a className="more" href="/">
                        {t.toHome}
                    </a>
                </p>
            </div>
        </Layout>
    );
}

ErrorPage.getInitialProps = ({ res, err }: NextPageContext): Props => ({
    site: siteOf(),
    status: res?.statusCode ?? err?.statusCode ?? 500,
});
