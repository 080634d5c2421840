import { expect, it } from "vitest";

import { messageOf } from "../../../src/server/message-of";

it("tells why, where an error only says what was attempted", () => {
    const refused = new Error("connect ECONNREFUSED 192.0.2.1:3306");
    expect(messageOf(new Error("Failed query: select 1\nparams: ", { cause: refused }))).toBe(refused.message);
    expect(messageOf(new AggregateError([refused, new Error("other")]))).toBe(`${refused.message}; other`);
    expect(messageOf(new Error("plain", { cause: refused }))).toBe("plain");
    expect(messageOf("text")).toBe("text");
});
