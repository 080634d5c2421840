import { sitemap } from "../reader/feeds";
import { filePage } from "../reader/file-page";
import { services } from "../server/services";
export const config = { unstable_runtimeJS: false };

export default function Nothing() {
    return null;
}

export const getServerSideProps = filePage("application/xml; charset=utf-8", async (site) =>
    sitemap(site, await services().reader.sitemap()),
);
