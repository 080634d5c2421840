import { robots } from "../reader/feeds";
import { filePage } from "../reader/file-page";

export const config = { unstable_runtimeJS: false };

export default function Nothing() {
    return null;
}

export const getServerSideProps = filePage("text/plain; charset=utf-8", robots);
