import { useRouter } from "next/router";
import { useState } from "react";

import { authorPage, type AuthorPageProps } from "../../auth/author-page";
import { useRequest, useWords } from "../../components/admin/context";
import { Confirm } from "../../components/admin/dialog";
import { Pages } from "../../components/admin/pages";
import { AdminShell } from "../../components/admin/shell";
import { useToast } from "../../components/admin/toasts";
import { adminStrings } from "../../i18n/admin";
import { listQuery } from "../../posts/list-query";
import { services } from "../../server/services";
import css from "../../styles/admin.module.css";

interface Picture {
    readonly id: string;
    readonly name: string;
    readonly bytes: number;
    readonly width: number;
    readonly height: number;
    /** The narrowest width there is, in pixels; null: its own. */
    readonly small: number | null;
    readonly uses: readonly { readonly postId: number; readonly title: string; readonly deleted: boolean }[];
}

interface Props {
    readonly pictures: readonly Picture[];
    readonly page: number;
    readonly pages: number;
    readonly unused: boolean;
}

const pathOf = (unused: boolean, page = 1) => {
    const query = new URLSearchParams({
        ...(unused ? { unused: "1" } : {}),
        ...(page === 1 ? {} : { page: String(page) }),
    });
    return query.size === 0 ? "/admin/uploads" : `/admin/uploads?${query.toString()}`;
};

export default function Uploads(props: Props & AuthorPageProps) {
    return (
        <AdminShell {...props} current="uploads" title={adminStrings(props.language).uploads.title}>
            <UploadsOf {...props} />
        </AdminShell>
    );
}

function UploadsOf({ pictures, page, pages, unused }: Props) {
    const t = useWords();
    const request = useRequest();
    const toast = useToast();
    const router = useRouter();
    const [removing, setRemoving] = useState<Picture>();
    const button = `${css.button ?? ""} ${css.small ?? ""}`;

    const remove = async (picture: Picture) => {
        setRemoving(undefined);
        try {
            await request("DELETE", `/api/images/${picture.id}`);
            await router.replace(router.asPath, undefined, { scroll: false });
            toast({ text: t.uploads.removed });
        } catch (error) {
            toast({ text: (error as Error).message });
        }
    };
    const copy = async (picture: Picture) => {
        await navigator.clipboard.writeText(`![](/images/${picture.id})`);
        toast({ text: t.common.copied });
    };
    return (
        <>
            <div className={css.heading}>
                <h1>{t.uploads.title}</h1>
            </div>
            <div className={css.bar}>
                <nav aria-label={t.uploads.filters}>
                    <ul className={css.tabs}>
                        {[false, true].map((one) => (
                            <li key={String(one)}>
                                <a href={pathOf(one)} aria-current={one === unused ? "page" : undefined}>
                                    {one ? t.uploads.unused : t.uploads.all}
                                </a>
                            </li>
                        ))}
                    </ul>
                </nav>
            </div>
            {pictures.length === 0 ? (
                <p className={css.empty}>{unused ? t.uploads.emptyUnused : t.uploads.empty}</p>
            ) : (
                <ul className={css.pictures}>
                    {pictures.map((picture) => (
                        <li key={picture.id} className={css.picture}>
                            <img
                                src={`/images/${picture.id}${picture.small === null ? "" : `?w=${picture.small}`}`}
                                alt=""
                                width={picture.width}
                                height={picture.height}
                                loading="lazy"
                            />
                            <strong>{picture.name}</strong>
                            <span className={css.hint}>
                                {t.uploads.size(picture.width, picture.height, picture.bytes)}
                            </span>
                            {picture.uses.length === 0 ? (
                                <span>
                                    <span className={css.badge}>{t.uploads.unusedMark}</span>
                                </span>
                            ) : (
                                <span>
                                    {t.uploads.usedIn}{" "}
                                    {picture.uses.map((use, index) => (
                                        <span key={use.postId}>
                                            {index > 0 && ", "}
                                            <a href={`/admin/posts/${use.postId}`}>{use.title || t.common.untitled}</a>
                                            {use.deleted && ` (${t.uploads.inTrash})`}
                                        </span>
                                    ))}
                                </span>
                            )}
                            <div className={css.row}>
                                <button type="button" className={button} onClick={() => void copy(picture)}>
                                    {t.uploads.copyMarkdown}
                                </button>
                                {picture.uses.length === 0 && (
                                    <button
                                        type="button"
                                        className={`${button} ${css.danger ?? ""}`}
                                        aria-label={t.uploads.removeOf(picture.name)}
                                        onClick={() => {
                                            setRemoving(picture);
                                        }}
                                    >
                                        {t.common.delete}
                                    </button>
                                )}
                            </div>
                        </li>
                    ))}
                </ul>
            )}
            <Pages page={page} pages={pages} path={(one) => pathOf(unused, one)} />
            {removing !== undefined && (
                <Confirm
                    title={t.uploads.removeOf(removing.name)}
                    text={t.uploads.removeAsk(removing.name)}
                    confirm={t.common.delete}
                    onConfirm={() => void remove(removing)}
                    onClose={() => {
                        setRemoving(undefined);
                    }}
                />
            )}
        </>
    );
}

export const getServerSideProps = authorPage<Props>(async ({ query }) => {
    const unused = query.unused === "1";
    const list = await services().images.list({ page: listQuery(query).page, unused });
    return {
        pictures: list.images.map((image) => ({
            id: image.id,
            name: image.name,
            bytes: image.bytes,
            width: image.width,
            height: image.height,
            small: image.widths[0] ?? null,
            // One line a post, however it uses the picture.
            uses: [...new Map(image.uses.map((use) => [use.postId, use])).values()].map(
                ({ postId, title, deleted }) => ({ postId, title, deleted }),
            ),
        })),
        page: list.page,
        pages: list.pages,
        unused,
    };
});
