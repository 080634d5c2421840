import type { ReactNode } from "react";

import { strings } from "../../i18n/strings";
import { breadcrumbData, type Crumb } from "../../reader/json-ld";
import { pagePath } from "../../reader/paths";
import type { Site } from "../../reader/site";
import type { PostPage } from "../../reader/types";
import { Layout } from "./layout";
import { PageHead } from "./page-head";
import { Pagination } from "./pagination";
import { PostList } from "./post-list";

interface Props {
    readonly site: Site;
    readonly list: PostPage;
    /** The list's own address. */
    readonly path: string;
    readonly kicker: string;
    readonly title: string;
    readonly description: string;
    readonly crumbs: readonly Crumb[];
    readonly children?: ReactNode;
}

/** A category's or a tag's posts. */
export function ListingPage({ site, list, path, kicker, title, description, crumbs, children }: Props) {
    const t = strings(site.language);
    const { page, pages } = list;
    return (
        <Layout site={site}>
            <PageHead
                site={site}
                title={page > 1 ? `${title} (${t.pageNumber(page)})` : title}
                description={description}
                path={pagePath(path, page)}
                previousPath={page > 1 ? pagePath(path, page - 1) : undefined}
                nextPath={page < pages ? pagePath(path, page + 1) : undefined}
                data={[breadcrumbData(site, crumbs)]}
            />
            <div className="page">
                <header className="page-header">
                    <p className="kicker">{kicker}</p>
                    <h1>{title}</h1>
                    <p className="lede">{t.postCount(list.total)}</p>
                    {children}
                </header>
                <PostList site={site} posts={list.posts} heading="h2" />
                <Pagination site={site} page={page} pages={pages} address={(one) => pagePath(path, one)} />
            </div>
        </Layout>
    );
}
