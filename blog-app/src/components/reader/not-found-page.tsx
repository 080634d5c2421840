import { strings } from "../../i18n/strings";
import type { NotFoundProps } from "../../reader/not-found";
import { Layout } from "./layout";
import { PageHead } from "./page-head";
import { PostList } from "./post-list";
import { SearchForm } from "./search-form";

export function NotFoundPage({ site, words, newest }: NotFoundProps) {
    const t = strings(site.language);
    return (
        <Layout site={site} searches>
            <PageHead site={site} title={t.notFound} />
            <div className="page">
                <header className="page-header">
                    <p className="kicker">404</p>
                    <h1>{t.notFound}</h1>
                    <p className="lede">{t.notFoundText}</p>
                    <SearchForm site={site} value={words} />
                </header>
                {newest.length > 0 && (
                    <section aria-labelledby="newest">
                        <h2 id="newest" className="section-title">
                            {t.newestPosts}
                        </h2>
                        <PostList site={site} posts={newest} heading="h3" brief />
                    </section>
                )}
                <p>
                    <a className="more" href="/">
                        {t.toHome}
                    </a>
                </p>
            </div>
        </Layout>
    );
}
