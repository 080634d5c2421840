import { strings } from "../../i18n/strings";
import type { Site } from "../../reader/site";
import { SearchIcon } from "./icons";

/** Longest search, in characters. */
export const SEARCH_LIMIT = 64;

export function SearchForm({ site, value }: { site: Site; value: string }) {
    const t = strings(site.language);
    return (
        <form className="search-form" role="search" action="/search">
            <label htmlFor="q" className="hidden">
                {t.search}
            </label>
            <input
                id="q"
                name="q"
                type="search"
                defaultValue={value}
                placeholder={t.searchPlaceholder}
                maxLength={SEARCH_LIMIT}
                autoComplete="off"
                enterKeyHint="search"
                data-search=""
            />
            <button type="submit" aria-label={t.search}>
                <SearchIcon />
            </button>
        </form>
    );
}
