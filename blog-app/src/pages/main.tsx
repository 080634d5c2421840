import type { GetServerSideProps } from "next";

import { redirect } from "../reader/redirect";

export const config = { unstable_runtimeJS: false };

/** Where the home page of the blog that this one replaces was. */
export default function Main() {
    return null;
}

export const getServerSideProps = (({ res }) => Promise.resolve(redirect(res, "/"))) satisfies GetServerSideProps;
