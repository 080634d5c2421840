import Head from "next/head";

import { strings } from "../../i18n/strings";
import { jsonForScript } from "../../reader/json-ld";
import type { Site } from "../../reader/site";

interface Props {
    readonly site: Site;
    /** Left out: the site's own page. */
    readonly title?: string;
    readonly description?: string;
    /** The page's one address, from the root; left out: it has none, and no search engine should keep it. */
    readonly path?: string;
    readonly previousPath?: string | undefined;
    readonly nextPath?: string | undefined;
    readonly image?: { readonly url: string; readonly width: number; readonly height: number; readonly alt: string };
    readonly article?: {
        readonly publishedAt: string;
        readonly updatedAt: string;
        readonly section: string | undefined;
        readonly tags: readonly string[];
        readonly author: string | null;
    };
    /** The language of what is shown, where it may be another than the site's. */
    readonly locale?: string;
    readonly noindex?: boolean;
    readonly data?: readonly unknown[];
}

/** All that is in a page's head: for search engines, for those who share it, for feed readers. */
export function PageHead({ site, title, path, image, article, data = [], ...rest }: Props) {
    const given = rest.description ?? site.description;
    const description = given === "" ? strings(site.language).aboutSite(site.name) : given;
    const fullTitle = title === undefined ? site.name : `${title} · ${site.name}`;
    const url = path === undefined ? undefined : site.url + path;
    const { previousPath, nextPath } = rest;
    const noindex = rest.noindex === true || path === undefined;
    const picture = image ?? { url: `${site.url}/icon-512.png`, width: 512, height: 512, alt: site.name };
    return (
        <Head>
            <title>{fullTitle}</title>
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="description" content={description} />
            {noindex && <meta name="robots" content="noindex, follow" />}
            {url !== undefined && <link rel="canonical" href={url} />}
            {previousPath !== undefined && <link rel="prev" href={site.url + previousPath} />}
            {nextPath !== undefined && <link rel="next" href={site.url + nextPath} />}
            <meta property="og:site_name" content={site.name} />
            <meta property="og:type" content={article === undefined ? "website" : "article"} />
            <meta property="og:title" content={title ?? site.name} />
            <meta property="og:description" content={description} />
            {url !== undefined && <meta property="og:url" content={url} />}
            <meta property="og:locale" content={rest.locale ?? strings(site.language).locale} />
            <meta property="og:image" content={picture.url} />
            <meta property="og:image:width" content={String(picture.width)} />
            <meta property="og:image:height" content={String(picture.height)} />
            <meta property="og:image:alt" content={picture.alt} />
            <meta name="twitter:card" content={image === undefined ? "summary" : "summary_large_image"} />
            {article !== undefined && (
                <>
                    <meta property="article:published_time" content={article.publishedAt} />
                    <meta property="article:modified_time" content={article.updatedAt} />
                    {article.author !== null && <meta name="author" content={article.author} />}
                    {article.section !== undefined && <meta property="article:section" content={article.section} />}
                    {article.tags.map((tag) => (
                        <meta key={`tag-${tag}`} property="article:tag" content={tag} />
                    ))}
                </>
            )}
            {data.map((one, index) => (
                <script
                    key={`data-${String(index)}`}
                    type="application/ld+json"
                    dangerouslySetInnerHTML={{ __html: jsonForScript(one) }}
                />
            ))}
        </Head>
    );
}
