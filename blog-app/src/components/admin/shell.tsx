import Head from "next/head";
import type { ReactNode } from "react";

import type { AuthorPageProps } from "../../auth/author-page";
import { adminStrings } from "../../i18n/admin";
import css from "../../styles/admin.module.css";
import { AdminProvider, useRequest, useWords } from "./context";
import { Toasts, useToast } from "./toasts";

type Page = "posts" | "uploads" | "categories" | "trash" | "settings";
const PAGES: readonly (readonly [Page, string])[] = [
    ["posts", "/admin"],
    ["uploads", "/admin/uploads"],
    ["categories", "/admin/categories"],
    ["trash", "/admin/trash"],
    ["settings", "/admin/settings"],
];

interface Props extends AuthorPageProps {
    readonly title: string;
    readonly children: ReactNode;
}

/** What every author's page has around it; `bare`: without the navigation. */
export function AdminFrame({ language, timeZone, siteName, title, children }: Omit<Props, "author">) {
    return (
        <AdminProvider value={{ language, timeZone }}>
            <Head>
                <title>{`${title} – ${siteName}`}</title>
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="robots" content="noindex" />
            </Head>
            <Toasts>{children}</Toasts>
        </AdminProvider>
    );
}

export function AdminShell({ current, children, ...frame }: Props & { readonly current: Page }) {
    const t = adminStrings(frame.language);
    return (
        <AdminFrame {...frame}>
            <div className={css.shell}>
                <a className="skip" href="#main">
                    {t.nav.skip}
                </a>
                <header className={css.top}>
                    <div className={css.topInner}>
                        <a className={css.brand} href="/admin">
                            {frame.siteName}
                        </a>
                        <nav aria-label={t.nav.label}>
                            <ul className={css.nav}>
                                {PAGES.map(([page, path]) => (
                                    <li key={page}>
                                        <a href={path} aria-current={page === current ? "page" : undefined}>
                                            {t.nav[page]}
                                        </a>
                                    </li>
                                ))}
                            </ul>
                        </nav>
                        <div className={css.topActions}>
                            <a className={css.topAction} href="/">
                                {t.nav.blog}
                            </a>
                            <SignOut />
                        </div>
                    </div>
                </header>
                <main className={css.main} id="main" tabIndex={-1}>
                    {children}
                </main>
            </div>
        </AdminFrame>
    );
}

function SignOut() {
    const t = useWords();
    const request = useRequest();
    const toast = useToast();
    const signOut = async () => {
        try {
            await request("DELETE", "/api/session");
            window.location.assign("/admin/sign-in");
        } catch (error) {
            toast({ text: (error as Error).message });
        }
    };
    return (
        <button type="button" className={css.topAction} onClick={() => void signOut()}>
            {t.nav.signOut}
        </button>
    );
}
