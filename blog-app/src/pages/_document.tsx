import { HtmlContext } from "next/dist/shared/lib/html-context.shared-runtime";
import Document, { Head, Html, Main, NextScript, type DocumentContext, type DocumentInitialProps } from "next/document";

import type { ContextType } from "react";

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

    /** `next dev` puts its scripts into every page; readers' pages are to be as they will be, without. */
    static override contextType = HtmlContext;
    declare context: ContextType<typeof HtmlContext>;

    override render() {
        const { context } = this;
        if (context?.isDevelopment !== true || context.__NEXT_DATA__.page.startsWith("/admin")) return this.#document();
        const asBuilt = { ...context, isDevelopment: false, unstable_runtimeJS: false } as const;
        return <HtmlContext.Provider value={asBuilt}>{this.#document()}</HtmlContext.Provider>;
    }

    #document() {
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
