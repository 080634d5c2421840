import { absoluteUrls } from "./absolute-urls";
import { postPath } from "./paths";
import type { Site } from "./site";
import type { FeedPost, SitemapEntry } from "./types";
import { element, XML_DECLARATION, xmlText } from "./xml";

/*
 * Made by hand: the package `feed` puts plain titles where Atom wants html, writes JSON Feed 1.0, and lets through
 * characters that XML has no place for.
 */

export interface Feed {
    readonly posts: readonly FeedPost[];
    readonly author: string | null;
}

interface Entry extends FeedPost {
    readonly url: string;
}

function entriesOf(site: Site, feed: Feed): Entry[] {
    return feed.posts.map((post) => {
        const url = site.url + postPath(post.slug);
        return { ...post, url, html: absoluteUrls(post.html, site.url, url) };
    });
}

/** When anything in it changed last; the beginning of time where there is nothing. */
function updatedAt(feed: Feed): Date {
    return new Date(Math.max(0, ...feed.posts.map((post) => Date.parse(post.updatedAt))));
}

const text = (name: string, value: string) => element(name, {}, xmlText(value));

/** RSS 2.0, with the whole text of the posts. */
export function rss(site: Site, feed: Feed): string {
    const items = entriesOf(site, feed).map((entry) =>
        element("item", {}, [
            text("title", entry.title),
            text("link", entry.url),
            element("guid", { isPermaLink: "true" }, xmlText(entry.url)),
            text("pubDate", new Date(entry.publishedAt).toUTCString()),
            feed.author === null ? undefined : text("dc:creator", feed.author),
            entry.categories.map((name) => text("category", name)),
            text("description", entry.description),
            text("content:encoded", entry.html),
        ]),
    );
    const channel = element("channel", {}, [
        text("title", site.name),
        text("link", `${site.url}/`),
        element("atom:link", { href: `${site.url}/rss.xml`, rel: "self", type: "application/rss+xml" }),
        // RSS wants one.
        text("description", site.description === "" ? site.name : site.description),
        text("language", site.language),
        text("lastBuildDate", updatedAt(feed).toUTCString()),
        element("image", {}, [
            text("url", `${site.url}/icon-192.png`),
            text("title", site.name),
            text("link", `${site.url}/`),
        ]),
        items,
    ]);
    return (
        XML_DECLARATION +
        element(
            "rss",
            {
                version: "2.0",
                "xmlns:atom": "http://www.w3.org/2005/Atom",
                "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
                "xmlns:dc": "http://purl.org/dc/elements/1.1/",
            },
            channel,
        )
    );
}

/** Atom (RFC 4287), with the whole text of the posts. */
export function atom(site: Site, feed: Feed): string {
    const entries = entriesOf(site, feed).map((entry) =>
        element("entry", { "xml:lang": entry.language }, [
            text("title", entry.title),
            text("id", entry.url),
            element("link", { rel: "alternate", type: "text/html", href: entry.url }),
            text("published", entry.publishedAt),
            text("updated", entry.updatedAt),
            entry.categories.map((name) => element("category", { term: name })),
            text("summary", entry.description),
            element("content", { type: "html" }, xmlText(entry.html)),
        ]),
    );
    return (
        XML_DECLARATION +
        element("feed", { xmlns: "http://www.w3.org/2005/Atom", "xml:lang": site.language }, [
            text("title", site.name),
            site.description === "" ? undefined : text("subtitle", site.description),
            text("id", `${site.url}/`),
            element("link", { rel: "self", type: "application/atom+xml", href: `${site.url}/atom.xml` }),
            element("link", { rel: "alternate", type: "text/html", href: `${site.url}/` }),
            text("updated", updatedAt(feed).toISOString()),
            element("author", {}, text("name", feed.author ?? site.name)),
            text("icon", `${site.url}/icon-192.png`),
            entries,
        ])
    );
}

/** JSON Feed 1.1, with the whole text of the posts. */
export function jsonFeed(site: Site, feed: Feed): string {
    const authors = [{ name: feed.author ?? site.name, url: `${site.url}/` }];
    return JSON.stringify({
        version: "https://jsonfeed.org/version/1.1",
        title: site.name,
        ...(site.description === "" ? {} : { description: site.description }),
        home_page_url: `${site.url}/`,
        feed_url: `${site.url}/feed.json`,
        icon: `${site.url}/icon-512.png`,
        favicon: `${site.url}/icon-192.png`,
        language: site.language,
        authors,
        items: entriesOf(site, feed).map((entry) => ({
            id: entry.url,
            url: entry.url,
            title: entry.title,
            summary: entry.description,
            content_html: entry.html,
            image: `${site.url}/og/${encodeURIComponent(entry.slug)}.png`,
            date_published: entry.publishedAt,
            date_modified: entry.updatedAt,
            language: entry.language,
            ...(entry.categories.length === 0 ? {} : { tags: entry.categories }),
        })),
    });
}

export function sitemap(site: Site, entries: readonly SitemapEntry[]): string {
    return (
        XML_DECLARATION +
        element(
            "urlset",
            { xmlns: "http://www.sitemaps.org/schemas/sitemap/0.9" },
            entries.map(({ path, updatedAt: at }) =>
                element("url", {}, [text("loc", site.url + path), at === null ? undefined : text("lastmod", at)]),
            ),
        )
    );
}

export function robots(site: Site): string {
    const closed = ["/admin", "/api/", "/preview/"];
    return [
        "User-agent: *",
        ...closed.map((path) => `Disallow: ${path}`),
        "",
        `Sitemap: ${site.url}/sitemap.xml`,
        "",
    ].join("\n");
}

export function manifest(site: Site): string {
    return JSON.stringify({
        name: site.name,
        short_name: site.name.slice(0, 12),
        ...(site.description === "" ? {} : { description: site.description }),
        lang: site.language,
        start_url: "/",
        display: "minimal-ui",
        background_color: "#fbfaf7",
        theme_color: "#fbfaf7",
        icons: [192, 512].map((size) => ({
            src: `/icon-${String(size)}.png`,
            sizes: `${String(size)}x${String(size)}`,
            type: "image/png",
        })),
    });
}
