import type { GetServerSideProps } from "next";

import { Layout } from "../../components/reader/layout";
import { NotFoundPage } from "../../components/reader/not-found-page";
import { PageHead } from "../../components/reader/page-head";
import { PostArticle } from "../../components/reader/post-page";
import { strings, type Strings } from "../../i18n/strings";
import { notFound, type NotFoundProps } from "../../reader/not-found";
import { siteOf, type Site } from "../../reader/site";
import type { ReaderPost } from "../../reader/types";
import { services } from "../../server/services";

export const config = { unstable_runtimeJS: false };

interface PreviewProps {
    readonly kind: "preview";
    readonly site: Site;
    readonly post: ReaderPost;
    /** What is shown, as far as readers are concerned. */
    readonly shows: keyof Strings["previewText"];
}

/** A post that isn't public, for those who have its signed link. */
export default function Preview(props: PreviewProps | NotFoundProps) {
    if (props.kind === "missing") return <NotFoundPage {...props} />;
    const { site, post, shows } = props;
    const t = strings(site.language);
    return (
        <Layout site={site}>
            <PageHead site={site} title={`${t.preview}: ${post.title}`} description={post.description} noindex />
            <PostArticle site={site} post={post} counts={false}>
                <p className="preview-banner" role="note">
                    <strong>{t.preview}</strong>
                    {t.previewText[shows]}
                </p>
            </PostArticle>
        </Layout>
    );
}

export const getServerSideProps = (async ({ params, res }) => {
    res.setHeader("cache-control", "private, no-store");
    res.setHeader("x-robots-tag", "noindex, nofollow");
    // The address is a secret: no other site is told it.
    res.setHeader("referrer-policy", "no-referrer");
    const found = await services().posts.postOfPreview(String(params?.token));
    if (found === undefined) {
        const missing = await notFound(res);
        // The token's letters are no words to search for.
        return { props: { ...missing.props, words: "" } };
    }
    const { id: _, status, unsaved, publishedAt, ...post } = found;
    return {
        props: {
            kind: "preview",
            site: siteOf(),
            shows: status !== "published" ? "hidden" : unsaved ? "changed" : "published",
            post: { ...post, slug: "", publishedAt: publishedAt ?? post.updatedAt, thumbnail: null, views: 0 },
        },
    };
}) satisfies GetServerSideProps<PreviewProps | NotFoundProps>;
