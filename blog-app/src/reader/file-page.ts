import type { GetServerSideProps } from "next";

import { KEPT } from "./not-found";
import { answer } from "./redirect";
import { siteOf, type Site } from "./site";

/** getServerSideProps of a file that is made here, the same for all readers. */
export function filePage(contentType: string, make: (site: Site) => string | Promise<string>): GetServerSideProps {
    return async ({ res }) => {
        const body = await make(siteOf());
        res.setHeader("cache-control", KEPT);
        return answer(res, contentType, body);
    };
}
