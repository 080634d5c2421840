import { describe, expect, it } from "vitest";

import { encodingOf } from "../../../src/server/front";
import { contentSecurityPolicy } from "../../../src/server/security-headers";

describe("encodingOf", () => {
    it.each([
        ["gzip, deflate, br, zstd", "br"],
        ["gzip", "gzip"],
        ["GZIP;q=0.5", "gzip"],
        ["br;q=0, gzip;q=1.0", "gzip"],
        ["br;q=0.000", undefined],
        ["identity", undefined],
        ["", undefined],
        [undefined, undefined],
    ])("%s: %s", (accept, wanted) => {
        expect(encodingOf(accept)).toBe(wanted);
    });
});

describe("contentSecurityPolicy", () => {
    it("allows nothing inline but what is known by hash or nonce", () => {
        for (const policy of [
            contentSecurityPolicy({}),
            contentSecurityPolicy({ nonce: "abc", upload: "https://files.example.org" }),
        ]) {
            expect(policy).not.toContain("unsafe");
            expect(policy).toContain("default-src 'none'");
        }
    });
    it("lets the author's browser reach the object store, and no reader's", () => {
        expect(contentSecurityPolicy({ nonce: "abc", upload: "https://files.example.org" })).toContain(
            "connect-src 'self' https://files.example.org",
        );
        expect(contentSecurityPolicy({})).toContain("connect-src 'self';");
    });
});
