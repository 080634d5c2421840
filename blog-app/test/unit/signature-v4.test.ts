import { describe, expect, it } from "vitest";

import { encodeRfc3986, presign, sha256Hex, signHeaders } from "../../src/images/signature-v4";

/** AWS's own published examples: docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and …/sigv4-query-string-auth.html */
const s3 = {
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    region: "us-east-1",
};
const s3Now = new Date("2013-05-24T00:00:00Z");
const bucket = "https://examplebucket.s3.amazonaws.com";
const empty = sha256Hex("");

describe("the examples of S3's documentation", () => {
    it.each([
        {
            what: "GET Object",
            method: "GET",
            url: `${bucket}/test.txt`,
            headers: { Range: "bytes=0-9" },
            body: "",
            signedHeaders: "host;range;x-amz-content-sha256;x-amz-date",
            signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        },
        {
            what: "PUT Object",
            method: "PUT",
            url: `${bucket}/test$file.text`,
            headers: { Date: "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY" },
            body: "Welcome to Amazon S3.",
            signedHeaders: "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        },
        {
            what: "GET Bucket Lifecycle",
            method: "GET",
            url: `${bucket}/?lifecycle`,
            headers: {},
            body: "",
            signedHeaders: "host;x-amz-content-sha256;x-amz-date",
            signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        },
        {
            what: "List Objects",
            method: "GET",
            url: `${bucket}/?max-keys=2&prefix=J`,
            headers: {},
            body: "",
            signedHeaders: "host;x-amz-content-sha256;x-amz-date",
            signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        },
    ])("$what", ({ method, url, headers, body, signedHeaders, signature }) => {
        const payloadHash = sha256Hex(body);
        const signed = signHeaders(
            {
                method,
                url: new URL(url),
                headers: { ...(headers as Record<string, string>), "x-amz-content-sha256": payloadHash },
                payloadHash,
            },
            s3,
            s3Now,
        );
        expect(signed.authorization).toBe(
            `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=${signedHeaders}, Signature=${signature}`,
        );
    });

    it("a presigned GET", () => {
        expect(presign({ method: "GET", url: new URL(`${bucket}/test.txt`), expiresSeconds: 86_400 }, s3, s3Now)).toBe(
            `${bucket}/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request` +
                "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host" +
                "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
        );
    });
});

describe("AWS's Signature Version 4 test suite", () => {
    const credentials = {
        accessKeyId: "AKIDEXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        region: "us-east-1",
        service: "service",
    };
    it.each([
        ["get-vanilla", "GET", "/", {}, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
        [
            "get-vanilla-query-order-key-case",
            "GET",
            "/?Param2=value2&Param1=value1",
            {},
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ],
        ["post-vanilla", "POST", "/", {}, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"],
        [
            "get-header-value-trim",
            "GET",
            "/",
            { "My-Header1": " value1", "My-Header2": ' "a   b   c"' },
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
        ],
        ["get-utf8", "GET", "/\u1234", {}, "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"],
        [
            "get-unreserved",
            "GET",
            "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            {},
            "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
        ],
    ] as const)("%s", (_, method, path, headers, signature) => {
        const signed = signHeaders(
            { method, url: new URL(path, "https://example.amazonaws.com"), headers, payloadHash: empty },
            credentials,
            new Date("2015-08-30T12:36:00Z"),
        );
        expect(signed.authorization).toMatch(new RegExp(`Signature=${signature}$`));
    });
});

describe("presign", () => {
    const put = (headers: Record<string, string>) =>
        new URL(
            presign(
                {
                    method: "PUT",
                    url: new URL("http://store.example.org:9000/blog/uploads/a"),
                    headers,
                    expiresSeconds: 300,
                },
                s3,
                s3Now,
            ),
        );

    it("signs type and length, so that another of either is another signature", () => {
        const url = put({ "content-type": "image/png", "content-length": "10" });
        expect(url.searchParams.get("X-Amz-SignedHeaders")).toBe("content-length;content-type;host");
        const signature = url.searchParams.get("X-Amz-Signature");
        expect(
            put({ "content-type": "image/png", "content-length": "11" }).searchParams.get("X-Amz-Signature"),
        ).not.toBe(signature);
        expect(
            put({ "content-type": "text/html", "content-length": "10" }).searchParams.get("X-Amz-Signature"),
        ).not.toBe(signature);
    });

    it("keeps path style and the port", () => {
        expect(put({}).origin + put({}).pathname).toBe("http://store.example.org:9000/blog/uploads/a");
    });

    it.each([0, -1, 1.5, 604_801, Number.NaN])("refuses to expire after %s s", (expiresSeconds) => {
        expect(() => presign({ method: "GET", url: new URL(bucket), expiresSeconds }, s3, s3Now)).toThrow(
            /wanted: 1 to/,
        );
    });
});

it("encodes what encodeURIComponent leaves", () => {
    expect(encodeRfc3986("a!'()*~-._ 한")).toBe("a%21%27%28%29%2A~-._%20%ED%95%9C");
});
