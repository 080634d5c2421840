import type { ServerResponse } from "node:http";

/** Answers that a page has moved for good; the page itself isn't rendered any more. */
export function redirect(response: ServerResponse, address: string): { props: never } {
    response.statusCode = 301;
    // Without any, browsers keep it for good.
    if (!response.hasHeader("cache-control")) response.setHeader("cache-control", "public, max-age=0, must-revalidate");
    response.setHeader("location", address);
    response.setHeader("content-type", "text/plain; charset=utf-8");
    response.end(`${address}\n`);
    return { props: {} as never };
}

/** Answers with a file made here; the page itself isn't rendered any more. */
export function answer(response: ServerResponse, contentType: string, body: string): { props: Record<string, never> } {
    response.setHeader("content-type", contentType);
    response.end(body);
    return { props: {} };
}
