/** Whether If-None-Match has this ETag: then the client's copy is answered by 304. */
export function matchesEtag(condition: string | undefined, etag: string): boolean {
    if (condition === undefined) return false;
    return condition.trim() === "*" || condition.split(",").some((one) => one.trim().replace(/^W\//, "") === etag);
}
