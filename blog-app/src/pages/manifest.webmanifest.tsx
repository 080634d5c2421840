import type { GetServerSideProps } from "next";

import { manifest } from "../reader/feeds";
import { KEPT } from "../reader/not-found";
import { answer } from "../reader/redirect";
import { siteOf } from "../reader/site";

export const config = { unstable_runtimeJS: false };

export default function Nothing() {
    return null;
}

export const getServerSideProps = (({ res }) => {
    const body = manifest(siteOf());
    res.setHeader("cache-control", KEPT);
    return Promise.resolve(answer(res, "application/manifest+json; charset=utf-8", body));
}) satisfies GetServerSideProps;
