import { useRouter } from "next/router";
import { useState } from "react";

import { authorPage, type AuthorPageProps } from "../../auth/author-page";
import { useAdmin, useRequest, useWords } from "../../components/admin/context";
import { Pages } from "../../components/admin/pages";
import { AdminShell } from "../../components/admin/shell";
import { minuteOf } from "../../components/admin/time";
import { useToast } from "../../components/admin/toasts";
import { adminStrings } from "../../i18n/admin";
import { POST_STATUSES } from "../../posts/fields";
import { listQuery } from "../../posts/list-query";
import type { PostFilter, PostList, PostListing } from "../../posts/types";
import { postPath } from "../../reader/paths";
import { services } from "../../server/services";
import css from "../../styles/admin.module.css";

interface Props {
    readonly list: PostList;
    readonly filter: PostFilter;
    readonly search: string;
}

const FILTERS = ["all", ...POST_STATUSES] as const;

function pathOf(filter: PostFilter, search: string, page = 1): string {
    const query = new URLSearchParams({
        ...(filter === "all" ? {} : { status: filter }),
        ...(search === "" ? {} : { search }),
        ...(page === 1 ? {} : { page: String(page) }),
    });
    return query.size === 0 ? "/admin" : `/admin?${query.toString()}`;
}

export default function Posts(props: Props & AuthorPageProps) {
    return (
        <AdminShell {...props} current="posts" title={adminStrings(props.language).list.title}>
            <PostsOf {...props} />
        </AdminShell>
    );
}

function PostsOf({ list, filter, search }: Props) {
    const t = useWords();
    const request = useRequest();
    const toast = useToast();
    const router = useRouter();
    const [working, setWorking] = useState(false);
    const failed = (error: unknown) => {
        toast({ text: (error as Error).message });
    };
    const reload = () => router.replace(router.asPath, undefined, { scroll: false });

    const create = async () => {
        setWorking(true);
        try {
            const { id } = await request<{ id: number }>("POST", "/api/posts");
            window.location.assign(`/admin/posts/${id}`);
        } catch (error) {
            failed(error);
            setWorking(false);
        }
    };
    const restore = async (post: PostListing) => {
        try {
            await request("POST", `/api/posts/${post.id}/restore`);
            toast({ text: t.list.restored(post.title || t.common.untitled) });
            await reload();
        } catch (error) {
            failed(error);
        }
    };
    const trash = async (post: PostListing) => {
        try {
            await request("DELETE", `/api/posts/${post.id}`);
            toast({
                text: t.list.trashed(post.title || t.common.untitled),
                action: { label: t.common.undo, run: () => void restore(post) },
            });
            await reload();
        } catch (error) {
            failed(error);
        }
    };
    const empty = search !== "" ? t.list.emptySearch(search) : filter === "all" ? t.list.empty : t.list.emptyFilter;
    return (
        <>
            <div className={css.heading}>
                <h1>{t.list.title}</h1>
                <button
                    type="button"
                    className={`${css.button ?? ""} ${css.primary ?? ""}`}
                    disabled={working}
                    onClick={() => void create()}
                >
                    {t.list.new}
                </button>
            </div>
            <div className={css.bar}>
                <nav aria-label={t.list.filters}>
                    <ul className={css.tabs}>
                        {FILTERS.map((one) => (
                            <li key={one}>
                                <a href={pathOf(one, search)} aria-current={one === filter ? "page" : undefined}>
                                    {one === "all" ? t.list.all : t.status[one]}
                                    <span className="count">{list.counts[one]}</span>
                                </a>
                            </li>
                        ))}
                    </ul>
                </nav>
                <form className={css.search} role="search" action="/admin">
                    {filter !== "all" && <input type="hidden" name="status" value={filter} />}
                    <input
                        className={css.input}
                        type="search"
                        name="search"
                        aria-label={t.list.search}
                        placeholder={t.list.search}
                        defaultValue={search}
                        maxLength={100}
                    />
                    <button type="submit" className={css.button}>
                        {t.list.searchSubmit}
                    </button>
                </form>
            </div>
            {list.posts.length === 0 ? (
                <p className={css.empty}>{empty}</p>
            ) : (
                <ul className={css.items}>
                    {list.posts.map((post) => (
                        <PostItem key={post.id} post={post} onTrash={() => void trash(post)} />
                    ))}
                </ul>
            )}
            <Pages page={list.page} pages={list.pages} path={(page) => pathOf(filter, search, page)} />
        </>
    );
}

function PostItem({ post, onTrash }: { readonly post: PostListing; readonly onTrash: () => void }) {
    const t = useWords();
    const { timeZone } = useAdmin();
    const title = post.title || t.common.untitled;
    const time = (value: string) => minuteOf(value, timeZone);
    const badge = `${css.badge ?? ""} ${post.status === "published" ? (css.badgeOn ?? "") : ""}`;
    return (
        <li className={css.item}>
            <div className={css.itemText}>
                <a className={css.itemTitle} href={`/admin/posts/${post.id}`}>
                    {title}
                </a>
                <div className={css.meta}>
                    <span className={badge}>{t.status[post.status]}</span>
                    {post.category !== null && <span>{post.category}</span>}
                    {post.status === "published" && post.publishedAt !== null && (
                        <time dateTime={post.publishedAt}>{t.list.publishedAt(time(post.publishedAt))}</time>
                    )}
                    {post.status === "scheduled" && post.publishedAt !== null && (
                        <time dateTime={post.publishedAt}>{t.list.scheduledFor(time(post.publishedAt))}</time>
                    )}
                    <time dateTime={post.updatedAt}>{t.list.edited(time(post.updatedAt))}</time>
                    {post.unsaved && <span>{t.list.unsaved}</span>}
                    {post.status === "published" && <span>{t.list.views(post.views)}</span>}
                </div>
            </div>
            <div className={css.row} role="group" aria-label={t.list.actionsOf(title)}>
                {post.status === "published" && (
                    <a className={`${css.button ?? ""} ${css.small ?? ""}`} href={postPath(post.slug)}>
                        {t.list.view}
                    </a>
                )}
                <a className={`${css.button ?? ""} ${css.small ?? ""}`} href={`/admin/posts/${post.id}`}>
                    {t.list.edit}
                </a>
                <button type="button" className={`${css.button ?? ""} ${css.small ?? ""}`} onClick={onTrash}>
                    {t.list.trash}
                </button>
            </div>
        </li>
    );
}

export const getServerSideProps = authorPage<Props>(async ({ query }) => {
    const wanted = listQuery(query);
    const filter = wanted.filter === "trash" ? "all" : wanted.filter;
    return { list: await services().posts.list({ ...wanted, filter }), filter, search: wanted.search };
});
