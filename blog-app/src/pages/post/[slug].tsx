import type { GetServerSideProps } from "next";

import { Layout } from "../../components/reader/layout";
import { NotFoundPage } from "../../components/reader/not-found-page";
import { PageHead } from "../../components/reader/page-head";
import { PostArticle } from "../../components/reader/post-page";
import { strings } from "../../i18n/strings";
import { OG_IMAGE } from "../../og/size";
import { breadcrumbData, ogImage, postData } from "../../reader/json-ld";
import { KEPT, notFound, type NotFoundProps } from "../../reader/not-found";
import { categoryPath, postPath } from "../../reader/paths";
import { redirect } from "../../reader/redirect";
import { siteOf, type Site } from "../../reader/site";
import type { PostWithNeighbours } from "../../reader/types";
import { services } from "../../server/services";

export const config = { unstable_runtimeJS: false };

interface PostProps extends PostWithNeighbours {
    readonly kind: "post";
    readonly site: Site;
}

export default function Post(props: PostProps | NotFoundProps) {
    if (props.kind === "missing") return <NotFoundPage {...props} />;
    const { site, post, previous, next, related } = props;
    const t = strings(site.language);
    const path = postPath(post.slug);
    return (
        <Layout site={site}>
            <PageHead
                site={site}
                title={post.title}
                description={post.description}
                path={path}
                locale={strings(post.language).locale}
                image={{ url: ogImage(site, post.slug), ...OG_IMAGE, alt: post.title }}
                article={{
                    publishedAt: post.publishedAt,
                    updatedAt: post.updatedAt,
                    section: post.category?.name,
                    tags: post.tags.map(({ name }) => name),
                    author: post.author,
                }}
                data={[
                    postData(site, post),
                    breadcrumbData(site, [
                        { name: t.home, path: "/" },
                        ...(post.category === null
                            ? []
                            : [{ name: post.category.name, path: categoryPath(post.category.slug) }]),
                        { name: post.title, path },
                    ]),
                ]}
            />
            <PostArticle site={site} post={post} counts previous={previous} next={next} related={related} />
        </Layout>
    );
}

export const getServerSideProps = (async ({ params, res }) => {
    const answer = await services().reader.post(String(params?.slug));
    if (answer === undefined) return notFound(res);
    // Of other spellings there is no end, and each would be kept.
    if (answer.kind === "post" || answer.exact) res.setHeader("cache-control", KEPT);
    if (answer.kind === "moved") return redirect(res, postPath(answer.slug));
    return { props: { kind: "post", site: siteOf(), ...answer.found } };
}) satisfies GetServerSideProps<PostProps | NotFoundProps>;
