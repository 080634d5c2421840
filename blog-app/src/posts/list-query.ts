import type { ParsedUrlQuery } from "node:querystring";

import { POST_STATUSES } from "./fields";
import type { PostFilter } from "./types";

const FILTERS: readonly string[] = ["all", "trash", ...POST_STATUSES];

/** What an address says of a list: ?status=&search=&page=. What makes no sense counts as left out. */
export function listQuery(query: ParsedUrlQuery): { filter: PostFilter; search: string; page: number } {
    const { status, search, page } = query;
    return {
        filter: typeof status === "string" && FILTERS.includes(status) ? (status as PostFilter) : "all",
        search: typeof search === "string" ? search.trim().slice(0, 100) : "",
        page: typeof page === "string" && /^[1-9]\d{0,5}$/.test(page) ? Number(page) : 1,
    };
}
