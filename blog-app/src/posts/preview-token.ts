import { createHmac, timingSafeEqual } from "node:crypto";

const DATA = 12;
const MAC = 16;

/** What a link to a preview holds. */
export interface PreviewClaim {
    readonly postId: number;
    /** Links of an older generation have been taken back. */
    readonly generation: number;
    /** Seconds since 1970. */
    readonly expires: number;
}

/** A claim as 38 characters for an address, signed with the secret. */
export function signPreview(claim: PreviewClaim, secret: string): string {
    const data = Buffer.alloc(DATA);
    data.writeUInt32BE(claim.postId, 0);
    data.writeUInt32BE(claim.generation, 4);
    data.writeUInt32BE(claim.expires, 8);
    return Buffer.concat([data, mac(data, secret)]).toString("base64url");
}

/** The claim of a token that was signed with this secret and has not expired; undefined for any other. */
export function readPreview(token: string, secret: string, now: Date): PreviewClaim | undefined {
    if (!/^[A-Za-z0-9_-]{38}$/.test(token)) return undefined;
    const bytes = Buffer.from(token, "base64url");
    const data = bytes.subarray(0, DATA);
    if (!timingSafeEqual(bytes.subarray(DATA), mac(data, secret))) return undefined;
    const expires = data.readUInt32BE(8);
    if (expires * 1000 <= now.getTime()) return undefined;
    return { postId: data.readUInt32BE(0), generation: data.readUInt32BE(4), expires };
}

function mac(data: Buffer, secret: string): Buffer {
    return createHmac("sha256", secret).update("blog-app preview link\0").update(data).digest().subarray(0, MAC);
}
