import { manifest } from "../reader/feeds";
import { filePage } from "../reader/file-page";

export const config = { unstable_runtimeJS: false };

export default function Nothing() {
    return null;
}

export const getServerSideProps = filePage("application/manifest+json; charset=utf-8", manifest);
