import { createHash } from "node:crypto";

import { THEME_SCRIPT } from "../client/theme";

const THEME_HASH = `'sha256-${createHash("sha256").update(THEME_SCRIPT).digest("base64")}'`;

const ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
} as const;

export interface ContentSources {
    /** For Next's own scripts on the author's pages; readers' pages have none. */
    readonly nonce?: string;
    /** Where the author's browser puts pictures. */
    readonly upload?: string;
    /** `next dev` evaluates code and puts styles into pages. */
    readonly development?: boolean;
}

/** Content-Security-Policy: no inline script but the one that sets the theme before the first paint, and no inline style. */
export function contentSecurityPolicy({ nonce, upload, development = false }: ContentSources): string {
    const scripts = ["'self'", THEME_HASH, ...(nonce === undefined ? [] : [`'nonce-${nonce}'`])];
    const directives: Record<string, readonly string[]> = {
        "default-src": ["'none'"],
        "script-src": [...scripts, ...(development ? ["'unsafe-eval'"] : [])],
        "style-src": [
            "'self'",
            ...(development ? ["'unsafe-inline'"] : nonce === undefined ? [] : [`'nonce-${nonce}'`]),
        ],
        // A post may show a picture of another site.
        "img-src": ["'self'", "data:", "blob:", "https:"],
        "font-src": ["'self'"],
        "media-src": ["'self'", "https:"],
        "connect-src": ["'self'", ...(upload === undefined ? [] : [upload]), ...(development ? ["ws:"] : [])],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    };
    return Object.entries(directives)
        .map(([name, sources]) => `${name} ${sources.join(" ")}`)
        .join("; ");
}

/** Every answer's headers but the policy. */
export function securityHeaders(secure: boolean): Record<string, string> {
    return { ...ALWAYS, ...(secure ? { "strict-transport-security": "max-age=31536000" } : {}) };
}
