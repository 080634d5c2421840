import Document, { Head, Html, Main, NextScript, type DocumentContext, type DocumentInitialProps } from "next/document";

import { THEME_SCRIPT } from "../client/theme";

/** Set by the server in front (src/server/front.ts) for pages that run Next's scripts. */
const NONCE = "x-nonce";

interface Props extends DocumentInitialProps {
    readonly nonce: string | undefined;
}

export default class BlogDocument extends Document<Props> {
    static override async getInitialProps(context: DocumentContext): Promise<Props> {
        const nonce = context.req?.headers[NONCE];
        return { ...(await Document.getInitialProps(context)), nonce: typeof nonce === "string" ? nonce : undefined };
    }

    override render() {
        const { nonce } = this.props;
        return (
            <Html lang="ko">
                <Head nonce={nonce}>
                    <script dangerouslySetInnerHTML={{ __html: THEME_SCRIPT }} />
                </Head>
                <body>
                    <Main />
                    <NextScript nonce={nonce} />
                </body>
            </Html>
        );
    }
}
