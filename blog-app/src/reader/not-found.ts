import { services } from "../server/services";
import { wordsOfPath } from "./page-number";
import { siteOf, type Site } from "./site";
import type { PostCard } from "./types";

const NEWEST = 5;

export interface NotFoundProps {
    readonly kind: "missing";
    readonly site: Site;
    /** What the search box holds. */
    readonly words: string;
    readonly newest: readonly PostCard[];
}

/** The answer where there is no such page: 404, kept by no cache. */
export async function notFound(response: {
    statusCode: number;
    req?: { url?: string | undefined };
}): Promise<{ props: NotFoundProps }> {
    response.statusCode = 404;
    return {
        props: {
            kind: "missing",
            site: siteOf(),
            words: wordsOfPath(response.req?.url ?? ""),
            newest: await services().reader.newest(NEWEST),
        },
    };
}

/** For pages that are the same for all readers: kept ready until something that readers see changes. */
export const KEPT = "public, s-maxage=86400";
