import type { GetServerSideProps } from "next";

import { sitemap } from "../reader/feeds";
import { KEPT } from "../reader/not-found";
import { answer } from "../reader/redirect";
import { siteOf } from "../reader/site";
import { services } from "../server/services";

export const config = { unstable_runtimeJS: false };

export default function Nothing() {
    return null;
}

export const getServerSideProps = (async ({ res }) => {
    const body = sitemap(siteOf(), await services().reader.sitemap());
    res.setHeader("cache-control", KEPT);
    return answer(res, "application/xml; charset=utf-8", body);
}) satisfies GetServerSideProps;
