import type { ReactNode } from "react";

import { strings } from "../../i18n/strings";
import type { Site } from "../../reader/site";
import { DarkIcon, LightIcon, Mark, SearchIcon, SystemIcon } from "./icons";

interface Props {
    readonly site: Site;
    readonly children: ReactNode;
    /** The page has a search box of its own. */
    readonly searches?: boolean;
    readonly current?: "home" | "archive" | "tags" | "search";
}

/** The frame of every reader's page. */
export function Layout({ site, children, searches = false, current }: Props) {
    const t = strings(site.language);
    const here = (name: Props["current"]) => (name === current ? ("page" as const) : undefined);
    return (
        <>
            <a className="skip" href="#content">
                {t.skipToContent}
            </a>
            <header className="site-header">
                <div className="site-header-inner">
                    <a className="brand" href="/" aria-current={here("home")}>
                        <Mark />
                        <span>{site.name}</span>
                    </a>
                    <nav className="site-nav" aria-label={t.siteNavigation}>
                        <a href="/archive" aria-current={here("archive")}>
                            {t.archive}
                        </a>
                        <a href="/tags" aria-current={here("tags")}>
                            {t.tags}
                        </a>
                        <a
                            className="icon-button"
                            href="/search"
                            aria-current={here("search")}
                            aria-label={t.search}
                            data-search={searches ? undefined : ""}
                        >
                            <SearchIcon />
                        </a>
                        <button
                            className="icon-button theme-button"
                            type="button"
                            data-theme-button=""
                            aria-label={t.theme.switch}
                        >
                            <SystemIcon />
                            <LightIcon />
                            <DarkIcon />
                        </button>
                    </nav>
                </div>
            </header>
            <main id="content" tabIndex={-1}>
                {children}
            </main>
            <footer className="site-footer">
                <div className="site-footer-inner">
                    <div>
                        <a className="brand" href="/">
                            <Mark />
                            <span>{site.name}</span>
                        </a>
                        {site.description !== "" && <p>{site.description}</p>}
                    </div>
                    <nav aria-label={t.subscribe}>
                        <ul>
                            <li>
                                <a href="/rss.xml">RSS</a>
                            </li>
                            <li>
                                <a href="/atom.xml">Atom</a>
                            </li>
                            <li>
                                <a href="/feed.json">JSON Feed</a>
                            </li>
                        </ul>
                    </nav>
                </div>
            </footer>
            <script
                src={site.script}
                defer
                data-copy={t.copy}
                data-copied={t.copied}
                data-copy-failed={t.copyFailed}
                data-enlarge={t.enlarge}
                data-close={t.close}
                data-theme-name={t.theme.switch}
                data-auto={t.theme.auto}
                data-light={t.theme.light}
                data-dark={t.theme.dark}
            />
        </>
    );
}
