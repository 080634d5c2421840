import { expect, it } from "vitest";

import { readPreview, signPreview } from "../../src/posts/preview-token";

const secret = "a secret of at least 32 characters";
const now = new Date("2026-03-01T09:00:00Z");
const claim = { postId: 7, generation: 2, expires: now.getTime() / 1000 + 60 };

it("reads what it signed, until it expires", () => {
    const token = signPreview(claim, secret);
    expect(token).toMatch(/^[A-Za-z0-9_-]{38}$/);
    expect(readPreview(token, secret, now)).toEqual(claim);
    expect(readPreview(token, secret, new Date(now.getTime() + 60_000))).toBeUndefined();
});

it("refuses every token that differs in any character, or is signed by another secret", () => {
    const token = signPreview(claim, secret);
    for (let index = 0; index < token.length; index += 1) {
        // The last character's two low bits are no part of the bytes.
        const other = token[index] === "A" ? "Q" : "A";
        if (Buffer.from(token, "base64url").equals(Buffer.from(replaced(token, index, other), "base64url"))) continue;
        expect(readPreview(replaced(token, index, other), secret, now), `character ${index}`).toBeUndefined();
    }
    expect(readPreview(token, `${secret}.`, now)).toBeUndefined();
    for (const bad of ["", "x", `${token}A`, token.slice(1), `${token.slice(0, 37)}=`]) {
        expect(readPreview(bad, secret, now)).toBeUndefined();
    }
});

function replaced(text: string, index: number, character: string): string {
    return text.slice(0, index) + character + text.slice(index + 1);
}
