import Document, { Head, Html, Main, NextScript, type DocumentContext, type DocumentInitialProps } from "next/document";

import { THEME_SCRIPT } from "../client/theme";
import { services } from "../server/services";

/** Set by the server in front (src/server/front.ts) for pages that run Next's scripts. */
const NONCE = "x-nonce";

interface Props extends DocumentInitialProps {
    readonly nonce: string | undefined;
    readonly language: string;
    readonly siteName: string;
}

export default class BlogDocument extends Document<Props> {
    static override async getInitialProps(context: DocumentContext): Promise<Props> {
        const nonce = context.req?.headers[NONCE];
        const { env } = services();
        return {
            ...(await Document.getInitialProps(context)),
            nonce: typeof nonce === "string" ? nonce : undefined,
            language: env.SITE_LANGUAGE,
            siteName: env.SITE_NAME,
        };
    }

    override render() {
        const { nonce, language, siteName } = this.props;
        return (
            <Html lang={language}>
                <Head nonce={nonce}>
                    <script dangerouslySetInnerHTML={{ __html: THEME_SCRIPT }} />
                    <meta name="color-scheme" content="light dark" />
                    <meta name="theme-color" media="(prefers-color-scheme: light)" content="#fbfaf7" />
                    <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#171614" />
                    <link rel="icon" href="/favicon.ico" sizes="32x32" />
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                    <link rel="apple-touch-icon" href="/apple-touch-icon.png" />
                    <link rel="manifest" href="/manifest.webmanifest" />
                    <link rel="alternate" type="application/rss+xml" title={`${siteName} (RSS)`} href="/rss.xml" />
                    <link rel="alternate" type="application/atom+xml" title={`${siteName} (Atom)`} href="/atom.xml" />
                    <link rel="alternate" type="application/feed+json" title={`${siteName} (JSON)`} href="/feed.json" />
                </Head>
                <body>
                    <Main />
                    <NextScript nonce={nonce} />
                </body>
            </Html>
        );
    }
}
