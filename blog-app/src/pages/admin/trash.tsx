import { useRouter } from "next/router";
import { useState } from "react";

import { authorPage, type AuthorPageProps } from "../../auth/author-page";
import { useAdmin, useRequest, useWords } from "../../components/admin/context";
import { Confirm } from "../../components/admin/dialog";
import { Pages } from "../../components/admin/pages";
import { AdminShell } from "../../components/admin/shell";
import { minuteOf } from "../../components/admin/time";
import { useToast } from "../../components/admin/toasts";
import { adminStrings } from "../../i18n/admin";
import { listQuery } from "../../posts/list-query";
import type { PostList, PostListing } from "../../posts/types";
import { services } from "../../server/services";
import css from "../../styles/admin.module.css";

interface Props {
    readonly list: PostList;
}

export default function Trash(props: Props & AuthorPageProps) {
    return (
        <AdminShell {...props} current="trash" title={adminStrings(props.language).trash.title}>
            <TrashOf list={props.list} />
        </AdminShell>
    );
}

function TrashOf({ list }: Props) {
    const t = useWords();
    const { timeZone } = useAdmin();
    const request = useRequest();
    const toast = useToast();
    const router = useRouter();
    const [asking, setAsking] = useState<PostListing | "all">();
    const button = `${css.button ?? ""} ${css.small ?? ""}`;

    const act = async (method: "POST" | "DELETE", path: string, done: string) => {
        setAsking(undefined);
        try {
            await request(method, path);
            toast({ text: done });
            await router.replace(router.asPath, undefined, { scroll: false });
        } catch (error) {
            toast({ text: (error as Error).message });
        }
    };
    return (
        <>
            <div className={css.heading}>
                <h1>{t.trash.title}</h1>
                {list.total > 0 && (
                    <button
                        type="button"
                        className={`${css.button ?? ""} ${css.danger ?? ""}`}
                        onClick={() => {
                            setAsking("all");
                        }}
                    >
                        {t.trash.emptyAll}
                    </button>
                )}
            </div>
            <p className={css.hint}>{t.trash.hint}</p>
            {list.posts.length === 0 ? (
                <p className={css.empty}>{t.trash.empty}</p>
            ) : (
                <ul className={`${css.items ?? ""} ${css.after ?? ""}`}>
                    {list.posts.map((post) => {
                        const title = post.title || t.common.untitled;
                        return (
                            <li key={post.id} className={css.item}>
                                <div className={css.itemText}>
                                    <span className={css.itemTitle}>{title}</span>
                                    <div className={css.meta}>
                                        <span className={css.badge}>{t.status[post.status]}</span>
                                        {post.deletedAt !== null && (
                                            <time dateTime={post.deletedAt}>
                                                {t.trash.deletedAt(minuteOf(post.deletedAt, timeZone))}
                                            </time>
                                        )}
                                    </div>
                                </div>
                                <div className={css.row} role="group" aria-label={t.list.actionsOf(title)}>
                                    <button
                                        type="button"
                                        className={button}
                                        onClick={() =>
                                            void act("POST", `/api/posts/${post.id}/restore`, t.list.restored(title))
                                        }
                                    >
                                        {t.trash.restore}
                                    </button>
                                    <button
                                        type="button"
                                        className={`${button} ${css.danger ?? ""}`}
                                        onClick={() => {
                                            setAsking(post);
                                        }}
                                    >
                                        {t.trash.purge}
                                    </button>
                                </div>
                            </li>
                        );
                    })}
                </ul>
            )}
            <Pages
                page={list.page}
                pages={list.pages}
                path={(page) => (page === 1 ? "/admin/trash" : `/admin/trash?page=${page}`)}
            />
            {asking !== undefined && (
                <Confirm
                    title={asking === "all" ? t.trash.emptyAll : t.trash.purge}
                    text={
                        asking === "all"
                            ? t.trash.emptyAsk(list.total)
                            : t.trash.purgeAsk(asking.title || t.common.untitled)
                    }
                    confirm={asking === "all" ? t.trash.emptyAll : t.trash.purge}
                    onConfirm={() =>
                        void act(
                            "DELETE",
                            asking === "all" ? "/api/posts/trash" : `/api/posts/${asking.id}/purge`,
                            t.trash.purged,
                        )
                    }
                    onClose={() => {
                        setAsking(undefined);
                    }}
                />
            )}
        </>
    );
}

export const getServerSideProps = authorPage<Props>(async ({ query }) => ({
    list: await services().posts.list({ filter: "trash", page: listQuery(query).page }),
}));
