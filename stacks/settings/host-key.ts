import { createHash } from "node:crypto";

const TYPE = "ssh-ed25519";
/** Length-prefixed type name and length-prefixed 32 byte key (RFC 8709). */
const BLOB_BYTES = 4 + TYPE.length + 4 + 32;

export interface HostKey {
    /** `ssh-ed25519 AAAA...` without a comment. */
    readonly line: string;
    /** `SHA256:...` as `ssh-keygen -lf` prints it. */
    readonly fingerprint: string;
}

/**
 * The key of the committed stack files: 32 zero bytes, which is no machine's key, in the form of one. A preview accepts
 * it, so that the program can be planned before there are laptops.
 */
export const PLACEHOLDER = `${TYPE} AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)}`;

/** How a text fails to be an ed25519 host key. */
export type HostKeyFault = { readonly kind: "other-type"; readonly type: string } | { readonly kind: "malformed" };

/** A line of a `.pub` or known_hosts file, or only its type and key. */
export function parseHostKey(text: string): HostKey | HostKeyFault {
    const words = text.trim().split(/\s+/);
    const at = words.findIndex((word) => /^(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-|sk-)/.test(word));
    const type = words[at];
    if (type === undefined) return { kind: "malformed" };
    if (type !== TYPE) return { kind: "other-type", type };
    const blob = Buffer.from(words[at + 1] ?? "", "base64");
    return at === 0 && isEd25519Blob(blob, words[1] ?? "") ? formatHostKey(blob) : { kind: "malformed" };
}

/** The host key of an SSH key blob, as a server shows it. */
export function formatHostKey(blob: Buffer): HostKey {
    const digest = createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
    return { line: `${TYPE} ${blob.toString("base64")}`, fingerprint: `SHA256:${digest}` };
}

function isEd25519Blob(blob: Buffer, text: string): boolean {
    return (
        blob.length === BLOB_BYTES &&
        // Node's decoder skips what isn't base64: only a text that encodes back to itself was base64.
        blob.toString("base64") === text &&
        blob.readUInt32BE(0) === TYPE.length &&
        blob.toString("latin1", 4, 4 + TYPE.length) === TYPE &&
        blob.readUInt32BE(4 + TYPE.length) === 32
    );
}
