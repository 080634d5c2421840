import type { Language } from "../i18n/strings";
import { services } from "../server/services";

/** What every reader's page knows of the site. */
export interface Site {
    /** Without a slash at its end. */
    readonly url: string;
    readonly name: string;
    readonly description: string;
    readonly language: Language;
    readonly timeZone: string;
    /** The address of the readers' script. */
    readonly script: string;
}

export function siteOf(): Site {
    const { env, readerScript } = services();
    return {
        url: env.SITE_URL,
        name: env.SITE_NAME,
        description: env.SITE_DESCRIPTION,
        language: env.SITE_LANGUAGE,
        timeZone: env.SITE_TIME_ZONE,
        script: readerScript,
    };
}
