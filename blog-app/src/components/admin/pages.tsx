import css from "../../styles/admin.module.css";
import { useWords } from "./context";

interface Props {
    readonly page: number;
    readonly pages: number;
    /** The address of a page. */
    readonly path: (page: number) => string;
}

/** From page to page of a list; nothing where there is one. */
export function Pages({ page, pages, path }: Props) {
    const { common } = useWords();
    if (pages <= 1) return null;
    return (
        <nav className={css.pages} aria-label={common.pages}>
            {page > 1 && (
                <a className={css.button} href={path(page - 1)} rel="prev">
                    {common.previous}
                </a>
            )}
            <span>{common.pageOf(page, pages)}</span>
            {page < pages && (
                <a className={css.button} href={path(page + 1)} rel="next">
                    {common.next}
                </a>
            )}
        </nav>
    );
}
