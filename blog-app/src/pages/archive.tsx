import type { GetServerSideProps } from "next";

import { Layout } from "../components/reader/layout";
import { PageHead } from "../components/reader/page-head";
import { langOf } from "../components/reader/post-list";
import { dateFormats } from "../i18n/dates";
import { strings } from "../i18n/strings";
import { breadcrumbData } from "../reader/json-ld";
import { KEPT } from "../reader/not-found";
import { postPath } from "../reader/paths";
import { siteOf, type Site } from "../reader/site";
import type { PostLink } from "../reader/types";
import { byYear } from "../reader/years";
import { services } from "../server/services";

export const config = { unstable_runtimeJS: false };

interface Props {
    readonly site: Site;
    readonly posts: readonly PostLink[];
}

export default function Archive({ site, posts }: Props) {
    const t = strings(site.language);
    const dates = dateFormats(site.language, site.timeZone);
    const years = byYear(posts, ({ publishedAt }) => dates.year(publishedAt));
    return (
        <Layout site={site} current="archive">
            <PageHead
                site={site}
                title={t.archive}
                description={t.archiveDescription(site.name)}
                path="/archive"
                data={[
                    breadcrumbData(site, [
                        { name: t.home, path: "/" },
                        { name: t.archive, path: "/archive" },
                    ]),
                ]}
            />
            <div className="page">
                <header className="page-header">
                    <h1>{t.archive}</h1>
                    <p className="lede">{posts.length === 0 ? t.noPosts : t.postCount(posts.length)}</p>
                </header>
                {years.map(([year, ofYear]) => (
                    <section className="year" key={year} aria-labelledby={`year-${String(year)}`}>
                        <h2 id={`year-${String(year)}`}>{year}</h2>
                        <ol>
                            {ofYear.map((post) => (
                                <li key={post.slug}>
                                    <time dateTime={post.publishedAt}>{dates.short(post.publishedAt)}</time>
                                    <a href={postPath(post.slug)} lang={langOf(site, post)}>
                                        {post.title}
                                    </a>
                                </li>
                            ))}
                        </ol>
                    </section>
                ))}
            </div>
        </Layout>
    );
}

export const getServerSideProps = (async ({ res }) => {
    const posts = await services().reader.archive();
    res.setHeader("cache-control", KEPT);
    return { props: { site: siteOf(), posts } };
}) satisfies GetServerSideProps<Props>;
