import { strings } from "../../i18n/strings";
import { pageLinks } from "../../reader/page-number";
import type { Site } from "../../reader/site";

interface Props {
    readonly site: Site;
    readonly page: number;
    readonly pages: number;
    readonly address: (page: number) => string;
}

export function Pagination({ site, page, pages, address }: Props) {
    if (pages < 2) return null;
    const t = strings(site.language);
    return (
        <nav className="pagination" aria-label={t.pagination}>
            {page > 1 ? (
                <a rel="prev" href={address(page - 1)}>
                    <span aria-hidden="true">←</span> {t.previousPage}
                </a>
            ) : (
                <span />
            )}
            <ol>
                {pageLinks(page, pages).map((one, index) => (
                    <li key={one ?? `gap-${String(index)}`}>
                        {one === null ? (
                            <span aria-hidden="true">…</span>
                        ) : (
                            <a href={address(one)} aria-current={one === page ? "page" : undefined}>
                                {one}
                            </a>
                        )}
                    </li>
                ))}
            </ol>
            {page < pages ? (
                <a rel="next" href={address(page + 1)}>
                    {t.nextPage} <span aria-hidden="true">→</span>
                </a>
            ) : (
                <span />
            )}
        </nav>
    );
}
