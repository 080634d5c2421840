/** __Host-: browsers take it only with Secure, Path=/ and no Domain, so no other host or path can set it. */
const NAME = "__Host-sid";
const ATTRIBUTES = "Path=/; HttpOnly; Secure; SameSite=Lax";
const ID = /^[A-Za-z0-9_-]{43}$/;

/** The session's id in a Cookie header; undefined where there is none that this server could have made. */
export function readSessionId(header: string | undefined): string | undefined {
    for (const pair of (header ?? "").split(";")) {
        const at = pair.indexOf("=");
        if (at === -1 || pair.slice(0, at).trim() !== NAME) continue;
        const value = pair.slice(at + 1).trim();
        if (ID.test(value)) return value;
    }
    return undefined;
}

/** A Set-Cookie header that hands out a session. */
export function sessionCookie(id: string, seconds: number): string {
    return `${NAME}=${id}; ${ATTRIBUTES}; Max-Age=${seconds}`;
}

/** A Set-Cookie header that takes the session back. */
export const CLEARED_COOKIE = `${NAME}=; ${ATTRIBUTES}; Max-Age=0`;
