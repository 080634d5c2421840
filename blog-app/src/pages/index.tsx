import type { GetServerSideProps } from "next";

import { services } from "../server/services";

export const config = { unstable_runtimeJS: false };

export default function Home({ version }: { version: number }) {
    return <main>{version}</main>;
}

export const getServerSideProps = (async ({ res }) => {
    res.setHeader("cache-control", "public, s-maxage=86400");
    return { props: { version: await services().database.version() } };
}) satisfies GetServerSideProps;
