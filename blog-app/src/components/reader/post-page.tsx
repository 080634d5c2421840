import type { ReactNode } from "react";

import type { TocEntry } from "../../content/render";
import { dateFormats } from "../../i18n/dates";
import { strings } from "../../i18n/strings";
import { categoryPath, postPath, tagPath } from "../../reader/paths";
import type { Site } from "../../reader/site";
import type { PostLink, PostWithNeighbours, ReaderPost } from "../../reader/types";
import { langOf, PostList } from "./post-list";

interface Props extends Partial<Omit<PostWithNeighbours, "post">> {
    readonly site: Site;
    readonly post: ReaderPost;
    /** Views are counted; a draft's are not. */
    readonly counts: boolean;
    /** Above the title. */
    readonly children?: ReactNode;
}

export function PostArticle({ site, post, counts, previous, next, related = [], children }: Props) {
    const t = strings(site.language);
    const dates = dateFormats(site.language, site.timeZone);
    // A change of the day it came out is no news.
    const changed = dates.long(post.updatedAt) !== dates.long(post.publishedAt) && post.updatedAt > post.publishedAt;
    const hasToc = post.toc.length > 1;
    return (
        <div className={hasToc ? "post has-toc" : "post"}>
            {children}
            <article lang={langOf(site, post)}>
                <header className="post-header">
                    {post.category !== null && (
                        <p className="kicker">
                            <a href={categoryPath(post.category.slug)}>{post.category.name}</a>
                        </p>
                    )}
                    <h1>{post.title}</h1>
                    <p className="post-meta" lang={langOf(site, post) === undefined ? undefined : site.language}>
                        {post.author !== null && <span>{post.author}</span>}
                        <time dateTime={post.publishedAt}>{dates.long(post.publishedAt)}</time>
                        {changed && <time dateTime={post.updatedAt}>{t.updated(dates.long(post.updatedAt))}</time>}
                        <span>{t.readingTime(post.readingMinutes)}</span>
                        {counts && (
                            <span
                                data-views={post.slug}
                                data-one={t.views(1).replace("1", "#")}
                                data-other={t.views(2).replace("2", "#")}
                            >
                                {t.views(post.views)}
                            </span>
                        )}
                    </p>
                </header>
                {hasToc && (
                    <>
                        <details className="toc-inline">
                            <summary>{t.contents}</summary>
                            <Toc entries={post.toc} />
                        </details>
                        <aside className="toc-aside">
                            <nav aria-label={t.contents} data-toc="">
                                <p className="toc-title">{t.contents}</p>
                                <Toc entries={post.toc} />
                            </nav>
                        </aside>
                    </>
                )}
                <div className="prose" dangerouslySetInnerHTML={{ __html: post.html }} />
                {post.tags.length > 0 && (
                    <ul className="tags" aria-label={t.tags}>
                        {post.tags.map(({ name, slug }) => (
                            <li key={slug}>
                                <a href={tagPath(slug)}>{name}</a>
                            </li>
                        ))}
                    </ul>
                )}
            </article>
            {(previous != null || next != null) && (
                <nav className="neighbours" aria-label={t.adjacentPosts}>
                    {previous != null ? (
                        <Neighbour site={site} link={previous} rel="prev" label={t.previousPost} />
                    ) : (
                        <span />
                    )}
                    {next != null && <Neighbour site={site} link={next} rel="next" label={t.nextPost} />}
                </nav>
            )}
            {related.length > 0 && (
                <section className="related" aria-labelledby="related">
                    <h2 id="related" className="section-title">
                        {t.relatedPosts}
                    </h2>
                    <PostList site={site} posts={related} heading="h3" brief />
                </section>
            )}
        </div>
    );
}

function Toc({ entries }: { entries: readonly TocEntry[] }) {
    return (
        <ol className="toc">
            {entries.map(({ id, text, depth }) => (
                <li key={id} className={depth === 0 ? undefined : `toc-${String(Math.min(depth, 2))}`}>
                    <a href={`#${encodeURIComponent(id)}`}>{text}</a>
                </li>
            ))}
        </ol>
    );
}

function Neighbour(props: { site: Site; link: PostLink; rel: "prev" | "next"; label: string }) {
    const { site, link, rel, label } = props;
    return (
        <a className={`neighbour neighbour-${rel}`} rel={rel} href={postPath(link.slug)}>
            <span className="neighbour-label">{label}</span>
            <span className="neighbour-title" lang={langOf(site, link)}>
                {link.title}
            </span>
        </a>
    );
}
