import { jsonFeed } from "../reader/feeds";
import { filePage } from "../reader/file-page";
import { services } from "../server/services";
export const config = { unstable_runtimeJS: false };

export default function Nothing() {
    return null;
}

export const getServerSideProps = filePage("application/feed+json; charset=utf-8", async (site) =>
    jsonFeed(site, await services().reader.feed()),
);
