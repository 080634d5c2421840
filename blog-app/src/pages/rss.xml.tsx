import { rss } from "../reader/feeds";
import { filePage } from "../reader/file-page";
import { services } from "../server/services";
export const config = { unstable_runtimeJS: false };

export default function Nothing() {
    return null;
}

export const getServerSideProps = filePage("application/rss+xml; charset=utf-8", async (site) =>
    rss(site, await services().reader.feed()),
);
