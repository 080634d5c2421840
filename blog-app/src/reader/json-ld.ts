import { OG_IMAGE } from "../og/size";
import type { Site } from "./site";
import { postPath } from "./paths";
import type { ReaderPost } from "./types";

export interface Crumb {
    readonly name: string;
    readonly path: string;
}

/** JSON for inside a script element: nothing in it can end the element or begin a comment. */
export function jsonForScript(data: unknown): string {
    return JSON.stringify(data).replace(/</g, "\\u003c").replace(/>/g, "\\u003e").replace(/&/g, "\\u0026");
}

export const ogImage = (site: Site, slug: string) => `${site.url}/og/${encodeURIComponent(slug)}.png`;

export function websiteData(site: Site): unknown {
    return {
        "@context": "https://schema.org",
        "@type": "WebSite",
        name: site.name,
        url: `${site.url}/`,
        inLanguage: site.language,
        ...(site.description === "" ? {} : { description: site.description }),
        potentialAction: {
            "@type": "SearchAction",
            target: { "@type": "EntryPoint", urlTemplate: `${site.url}/search?q={search_term_string}` },
            "query-input": "required name=search_term_string",
        },
    };
}

export function postData(site: Site, post: ReaderPost): unknown {
    const url = site.url + postPath(post.slug);
    return {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        headline: post.title,
        description: post.description,
        url,
        mainEntityOfPage: { "@type": "WebPage", "@id": url },
        datePublished: post.publishedAt,
        dateModified: post.updatedAt,
        inLanguage: post.language,
        image: { "@type": "ImageObject", url: ogImage(site, post.slug), ...OG_IMAGE },
        author: { "@type": "Person", name: post.author ?? site.name, url: `${site.url}/` },
        publisher: {
            "@type": "Organization",
            name: site.name,
            url: `${site.url}/`,
            logo: { "@type": "ImageObject", url: `${site.url}/icon-512.png`, width: 512, height: 512 },
        },
        timeRequired: `PT${String(post.readingMinutes)}M`,
        ...(post.category === null ? {} : { articleSection: post.category.name }),
        ...(post.tags.length === 0 ? {} : { keywords: post.tags.map(({ name }) => name) }),
    };
}

export function breadcrumbData(site: Site, crumbs: readonly Crumb[]): unknown {
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        itemListElement: crumbs.map(({ name, path }, index) => ({
            "@type": "ListItem",
            position: index + 1,
            name,
            item: site.url + path,
        })),
    };
}
