import dynamic from "next/dynamic";

import { authorPage, type AuthorPageProps } from "../../../auth/author-page";
import { AdminFrame } from "../../../components/admin/shell";
import { adminStrings } from "../../../i18n/admin";
import type { EditorPost } from "../../../posts/types";
import { isRefusal } from "../../../server/api-error";
import { services } from "../../../server/services";
import css from "../../../styles/admin.module.css";

/** It begins with what this browser kept, so there is nothing to render at the server. */
const Editor = dynamic(() => import("../../../components/admin/editor/editor").then((module) => module.Editor), {
    ssr: false,
});

interface Props {
    readonly post: EditorPost;
    readonly categories: readonly string[];
    readonly tags: readonly string[];
}

export default function EditPost({ post, categories, tags, ...frame }: Props & AuthorPageProps) {
    const t = adminStrings(frame.language);
    return (
        <AdminFrame {...frame} title={`${post.fields.title || t.common.untitled} – ${t.editor.pageTitle}`}>
            {post.deletedAt === null ? (
                <Editor post={post} categories={categories} tags={tags} />
            ) : (
                <main className={css.main}>
                    <h1>{post.fields.title || t.common.untitled}</h1>
                    <p>{t.editor.trashed}</p>
                    <p>
                        <a href="/admin/trash">{t.trash.title}</a>
                    </p>
                </main>
            )}
        </AdminFrame>
    );
}

export const getServerSideProps = authorPage<Props>(async ({ params }) => {
    const id = String(params?.id);
    if (!/^[1-9]\d{0,9}$/.test(id)) return null;
    const { posts } = services();
    try {
        const [post, categories, tags] = await Promise.all([
            posts.get(Number(id)),
            posts.categories.list(),
            posts.tags.list(),
        ]);
        return { post, categories: categories.map(({ name }) => name), tags: tags.map(({ name }) => name) };
    } catch (error) {
        if (isRefusal(error) && error.status === 404) return null;
        throw error;
    }
});
