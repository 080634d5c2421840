/**
 * As much of a Kubernetes API as the executor's unit tests need: discovery, apply as a plain merge, and a status made by
 * the test. What a real API server does is proven in the lab.
 */
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { isDeepStrictEqual } from "node:util";

export interface FakeObject {
    apiVersion: string;
    kind: string;
    metadata: Record<string, unknown> & { name: string; namespace?: string };
    [key: string]: unknown;
}

interface Kind {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly namespaced: boolean;
}

export interface Request {
    readonly method: string;
    readonly path: string;
    readonly query: URLSearchParams;
    readonly body: unknown;
}

const KINDS: Kind[] = [
    { apiVersion: "v1", kind: "ConfigMap", name: "configmaps", namespaced: true },
    { apiVersion: "v1", kind: "Secret", name: "secrets", namespaced: true },
    { apiVersion: "v1", kind: "Namespace", name: "namespaces", namespaced: false },
    { apiVersion: "v1", kind: "Pod", name: "pods", namespaced: true },
    { apiVersion: "v1", kind: "Event", name: "events", namespaced: true },
    { apiVersion: "v1", kind: "Service", name: "services", namespaced: true },
    { apiVersion: "apps/v1", kind: "Deployment", name: "deployments", namespaced: true },
    { apiVersion: "batch/v1", kind: "Job", name: "jobs", namespaced: true },
];

function merge(into: unknown, from: unknown): unknown {
    if (typeof into !== "object" || typeof from !== "object" || !into || !from || Array.isArray(from)) {
        return from;
    }
    const result: Record<string, unknown> = { ...(into as Record<string, unknown>) };
    for (const [key, value] of Object.entries(from)) {
        result[key] = merge(result[key], value);
    }
    return result;
}

export class FakeApi {
    readonly objects = new Map<string, FakeObject>();
    readonly requests: Request[] = [];
    /** Fills in what a controller would; called whenever an object is read. */
    status: (object: FakeObject) => unknown = () => undefined;
    /** An error message for an apply that a real server would refuse with 422. */
    refuse: (before: FakeObject | undefined, applied: FakeObject) => string | undefined = () => undefined;
    log = "";
    #version = 1;
    readonly #server = createServer((request, response) => {
        void this.#handle(request, response);
    });

    async start(): Promise<void> {
        await new Promise<void>((resolve) => {
            this.#server.listen(0, "127.0.0.1", resolve);
        });
    }

    stop(): void {
        this.#server.close();
        this.#server.closeAllConnections();
    }

    get kubeconfig(): string {
        const address = this.#server.address();
        const port = typeof address === "object" && address ? address.port : 0;
        return JSON.stringify({
            apiVersion: "v1",
            kind: "Config",
            clusters: [
                { name: "c", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } },
            ],
            users: [{ name: "u", user: { token: "kubeconfig-Canary-0123456789" } }],
            contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
            "current-context": "x",
        });
    }

    /** Paths of one kind of request, without those that only look. */
    sent(method: string): string[] {
        return this.requests.filter((request) => request.method === method).map(({ path }) => path);
    }

    async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const url = new URL(request.url ?? "/", "http://api");
        const chunks: Buffer[] = [];
        for await (const chunk of request) {
            chunks.push(chunk as Buffer);
        }
        const text = Buffer.concat(chunks).toString();
        const body: unknown = text === "" ? undefined : JSON.parse(text);
        this.requests.push({ method: request.method ?? "", path: url.pathname, query: url.searchParams, body });
        const [status, answer] = this.#answer(request.method ?? "", url, body);
        response.writeHead(status, { "content-type": typeof answer === "string" ? "text/plain" : "application/json" });
        response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
    }

    #answer(method: string, url: URL, body: unknown): [number, unknown] {
        const discovery = KINDS.filter(
            ({ apiVersion }) =>
                url.pathname === (apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`),
        );
        if (discovery.length > 0) {
            return [200, { kind: "APIResourceList", resources: discovery }];
        }
        if (url.pathname.endsWith("/log")) {
            return [200, this.log];
        }
        const parts = url.pathname.split("/").filter((part) => part !== "");
        const isCollection = KINDS.some(({ name }) => name === parts.at(-1)) && parts.at(-2) !== "namespaces";
        if (method === "GET" && isCollection) {
            const items = [...this.objects].filter(([path]) => path.startsWith(`${url.pathname}/`));
            return [200, { kind: "List", items: items.map(([, object]) => this.#withStatus(object)) }];
        }
        return this.#answerObject(method, url, body as FakeObject | undefined);
    }

    #answerObject(method: string, url: URL, body: FakeObject | undefined): [number, unknown] {
        const before = this.objects.get(url.pathname);
        if (method === "PATCH" && body) {
            const refusal = this.refuse(before, body);
            if (refusal !== undefined) {
                return [422, { kind: "Status", reason: "Invalid", message: refusal }];
            }
            const merged = merge(
                before ?? { metadata: { uid: `uid-${this.#version}`, generation: 1 } },
                body,
            ) as FakeObject;
            if (!isDeepStrictEqual(before, merged)) {
                merged.metadata.resourceVersion = String(++this.#version);
                this.objects.set(url.pathname, merged);
            }
            return [200, this.#withStatus(merged)];
        }
        if (!before) {
            return [404, { kind: "Status", reason: "NotFound", message: "not found" }];
        }
        if (method === "DELETE") {
            this.objects.delete(url.pathname);
            return [200, { kind: "Status", status: "Success" }];
        }
        return [200, this.#withStatus(before)];
    }

    #withStatus(object: FakeObject): FakeObject {
        const status = this.status(object);
        return status === undefined ? object : { ...object, status };
    }
}
