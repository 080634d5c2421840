import type { BrowserContext } from "playwright-core";

import { createAuth } from "../../src/auth/auth";
import { openDatabase } from "../../src/data/database";
import type { Env } from "../../src/server/env";
import type { App } from "./app";

export const AUTHOR = { email: "author@example.org", name: "Author", password: "correct horse battery" } as const;

/** The author of a test's blog. */
export async function makeAuthor(env: Env): Promise<void> {
    const database = openDatabase(env);
    try {
        await createAuth({ database, redis: undefined, env: { SITE_LANGUAGE: "en" } }).createAuthor(AUTHOR);
    } finally {
        await database.close();
    }
}

/** Requests as the author's pages make them. */
export interface Client {
    /** The session's cookie, as a Cookie header. */
    readonly cookie: string;
    send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
    /** The JSON of an answer of 2xx; throws with the answer for any other. */
    json<Answer>(method: string, path: string, body?: unknown): Promise<Answer>;
}

export async function signIn(app: Pick<App, "url">): Promise<Client> {
    const answer = await fetch(`${app.url}/api/session`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: app.url },
        body: JSON.stringify({ email: AUTHOR.email, password: AUTHOR.password }),
    });
    if (!answer.ok) throw new Error(`not signed in: ${String(answer.status)} ${await answer.text()}`);
    return clientWith(app, answer.headers.getSetCookie()[0]?.split(";")[0] ?? "");
}

export function clientWith(app: Pick<App, "url">, cookie: string): Client {
    const send: Client["send"] = (method, path, body, headers = {}) =>
        fetch(`${app.url}${path}`, {
            method,
            redirect: "manual",
            headers: {
                ...(cookie === "" ? {} : { cookie }),
                ...(method === "GET" ? {} : { origin: app.url }),
                ...(body === undefined ? {} : { "content-type": "application/json" }),
                ...headers,
            },
            ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
        });
    return {
        cookie,
        send,
        async json<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
            const answer = await send(method, path, body);
            const text = await answer.text();
            if (!answer.ok) throw new Error(`${method} ${path}: ${String(answer.status)} ${text}`);
            return (text === "" ? undefined : JSON.parse(text)) as Answer;
        },
    };
}

/** The same session in a browser. */
export async function signInBrowser(context: BrowserContext, app: Pick<App, "url">): Promise<Client> {
    const client = await signIn(app);
    const [name = "", value = ""] = client.cookie.split("=");
    await context.addCookies([{ name, value, url: app.url.replace("http:", "https:"), secure: true }]);
    return client;
}
