import type { AppProps } from "next/app";

import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/layout.css";
import "../styles/prose.css";
import "../styles/code.css";
import "../styles/print.css";

export default function App({ Component, pageProps }: AppProps) {
    return <Component {...pageProps} />;
}
