import type { GetServerSideProps } from "next";

import { Layout } from "../components/reader/layout";
import { PageHead } from "../components/reader/page-head";
import { strings } from "../i18n/strings";
import { breadcrumbData } from "../reader/json-ld";
import { KEPT } from "../reader/not-found";
import { tagPath } from "../reader/paths";
import { siteOf, type Site } from "../reader/site";
import type { CountedTerm } from "../reader/types";
import { services } from "../server/services";

export const config = { unstable_runtimeJS: false };

interface Props {
    readonly site: Site;
    readonly tags: readonly CountedTerm[];
}

export default function Tags({ site, tags }: Props) {
    const t = strings(site.language);
    return (
        <Layout site={site} current="tags">
            <PageHead
                site={site}
                title={t.tags}
                description={t.tagsDescription(site.name)}
                path="/tags"
                data={[
                    breadcrumbData(site, [
                        { name: t.home, path: "/" },
                        { name: t.tags, path: "/tags" },
                    ]),
                ]}
            />
            <div className="page">
                <header className="page-header">
                    <h1>{t.tags}</h1>
                </header>
                {tags.length === 0 ? (
                    <p className="empty">{t.noPostsHere}</p>
                ) : (
                    <ul className="tags tags-all">
                        {tags.map(({ name, slug, posts }) => (
                            <li key={slug}>
                                <a href={tagPath(slug)}>
                                    {name} <span className="count">{posts}</span>
                                </a>
                            </li>
                        ))}
                    </ul>
                )}
            </div>
        </Layout>
    );
}

export const getServerSideProps = (async ({ res }) => {
    const tags = await services().reader.tags();
    res.setHeader("cache-control", KEPT);
    return { props: { site: siteOf(), tags } };
}) satisfies GetServerSideProps<Props>;
