import { expect, it } from "vitest";

import { met } from "../../bench/bars";
import { imageEnvironment } from "../support/server";
import { median, percentile, wrkResult } from "../../bench/measure";

it("takes medians and percentiles", () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([percentile(hundred, 0.95), percentile([7], 0.99)]).toEqual([95, 7]);
});

it("reads what wrk prints, with its units and errors", () => {
    const said = `Running 3s test @ http://localhost:3999/
  Latency Distribution
     50%    1.19ms
     99%  950.00us
  98778 requests in 4.00s, 105.51MB read
  Socket errors: connect 1, read 2, write 0, timeout 3
  Non-2xx or 3xx responses: 4
Requests/sec:  24674.88
`;
    expect(wrkResult(said)).toEqual({ requestsPerSecond: 24674.88, p99: 0.95, errors: 10 });
    expect(() => wrkResult("unable to connect")).toThrow("wrk said something else");
});

it("holds a figure to its bar", () => {
    const bar = { what: "", unit: "" };
    expect([met({ ...bar, limit: { atLeast: 5 } }, 5), met({ ...bar, limit: { atMost: 5 } }, 5.1)]).toEqual([
        true,
        false,
    ]);
});

it("runs the server with what the image sets", () => {
    const dockerfile =
        'FROM a AS build\nENV X=1\nFROM b\nENV NODE_ENV=production \\\n    NODE_OPTIONS="--one=1 --two" \\\n    PORT=3000\nUSER 65532\n';
    expect(imageEnvironment(dockerfile)).toEqual({
        NODE_ENV: "production",
        NODE_OPTIONS: "--one=1 --two",
        PORT: "3000",
    });
});
