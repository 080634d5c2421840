import { dateFormats } from "../../i18n/dates";
import { strings } from "../../i18n/strings";
import { categoryPath, postPath } from "../../reader/paths";
import type { Site } from "../../reader/site";
import type { PostCard, Thumbnail } from "../../reader/types";

interface Props {
    readonly site: Site;
    readonly posts: readonly PostCard[];
    /** The level of their titles. */
    readonly heading: "h2" | "h3";
    /** The list is below what readers came for: without pictures and text. */
    readonly brief?: boolean;
}

export function PostList({ site, posts, heading: Heading, brief = false }: Props) {
    const t = strings(site.language);
    const dates = dateFormats(site.language, site.timeZone);
    return (
        <ol className={brief ? "entries entries-brief" : "entries"}>
            {posts.map((post, index) => (
                <li key={post.slug}>
                    <article className="entry">
                        <p className="entry-meta">
                            <time dateTime={post.publishedAt}>{dates.long(post.publishedAt)}</time>
                            {!brief && post.category !== null && (
                                <a href={categoryPath(post.category.slug)}>{post.category.name}</a>
                            )}
                            {!brief && <span>{t.readingTime(post.readingMinutes)}</span>}
                        </p>
                        <div className="entry-text" lang={langOf(site, post)}>
                            <Heading className="entry-title">
                                <a href={postPath(post.slug)}>{post.title}</a>
                            </Heading>
                            {!brief && <p className="entry-excerpt">{post.description}</p>}
                        </div>
                        {!brief && post.thumbnail !== null && (
                            <Picture thumbnail={post.thumbnail} first={index === 0} />
                        )}
                    </article>
                </li>
            ))}
        </ol>
    );
}

/** Beside the title, which says what it is; so it has no words of its own. */
function Picture({ thumbnail, first }: { thumbnail: Thumbnail; first: boolean }) {
    const { id, widths, width, height } = thumbnail;
    const smallest = widths.find((one) => one >= 320) ?? widths.at(-1);
    const fit = widths.filter((one) => one <= 960);
    return (
        <img
            className="entry-picture"
            src={smallest === undefined ? `/images/${id}` : `/images/${id}?w=${String(smallest)}`}
            srcSet={
                fit.length === 0
                    ? undefined
                    : fit.map((one) => `/images/${id}?w=${String(one)} ${String(one)}w`).join(", ")
            }
            sizes={fit.length === 0 ? undefined : "(min-width: 48rem) 10rem, 6rem"}
            width={width}
            height={height}
            alt=""
            loading={first ? "eager" : "lazy"}
            decoding="async"
        />
    );
}

/** Only where it isn't the page's own. */
export function langOf(site: Site, post: { readonly language: "ko" | "en" }): string | undefined {
    return post.language === site.language ? undefined : post.language;
}
