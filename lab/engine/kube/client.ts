/**
 * Requests to a Kubernetes API as plain JSON. @kubernetes/client-node reads the kubeconfig and its credentials; its own
 * object client is not used, since its models drop every field they don't know (newer APIs, custom resources).
 */
import { Agent, type RequestOptions, request as httpsRequest } from "node:https";
import { request as httpRequest } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { textAt } from "../fields";
import { type Wire, type WireObject, isObject } from "../wire";

/** Milliseconds for one answer; the API server itself gives up on most requests after a minute. */
const ANSWER_TIMEOUT = 70_000;
/** Pauses before trying again when the API server can't be reached or is busy. */
const PAUSES = [200, 500, 1000, 2000, 4000];
/** Faults of the network, not of the request. */
const TRANSIENT = new Set(["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EPIPE", "EHOSTUNREACH", "ENETUNREACH"]);
const BUSY = new Set([429, 502, 503, 504]);

export interface Answer {
    readonly status: number;
    readonly body: Wire;
}

/** An answer that is not a success. `reason` is Kubernetes' own (`NotFound`, `Conflict`, `Invalid` ...). */
export class ApiError extends Error {
    readonly status: number;
    readonly reason: string;

    constructor(what: string, answer: Answer) {
        const body = isObject(answer.body) ? answer.body : {};
        const message = typeof body.message === "string" ? body.message : JSON.stringify(answer.body).slice(0, 500);
        super(`${what}: ${message} (${answer.status})`);
        this.status = answer.status;
        this.reason = typeof body.reason === "string" ? body.reason : "";
    }
}

export interface Resource {
    /** Plural, as in paths. */
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
}

export interface Target {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
}

interface Login {
    readonly server: URL;
    readonly options: RequestOptions;
    readonly namespace: string;
}

export class KubeClient {
    readonly #login: Login;
    readonly #discovered = new Map<string, readonly Resource[]>();

    private constructor(login: Login) {
        this.#login = login;
    }

    /** @param kubeconfig its contents, never a path: nothing of the surroundings is used */
    static async from(kubeconfig: string, context?: string): Promise<KubeClient> {
        const { KubeConfig } = await import("@kubernetes/client-node");
        const config = new KubeConfig();
        try {
            config.loadFromString(kubeconfig);
        } catch {
            throw new Error("the provider's kubeconfig can't be read: it must be the contents of one, in YAML or JSON");
        }
        if (context !== undefined) {
            config.setCurrentContext(context);
        }
        const cluster = config.getCurrentCluster();
        if (!cluster) {
            throw new Error("the provider's kubeconfig names no current context with a cluster");
        }
        const options: RequestOptions = {};
        await config.applyToHTTPSOptions(options);
        if (cluster.server.startsWith("https:") && cluster.proxyUrl === undefined) {
            // One TLS handshake for many requests; idle sockets don't keep the process alive.
            const { ca, cert, key, servername, rejectUnauthorized } = options;
            options.agent = new Agent({
                keepAlive: true,
                ...{ ca, cert, key, servername },
                ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
            });
        }
        const namespace = config.getContextObject(config.getCurrentContext())?.namespace ?? "default";
        return new KubeClient({ server: new URL(cluster.server), options, namespace });
    }

    /** Where objects go that name no namespace. */
    get namespace(): string {
        return this.#login.namespace;
    }

    get server(): string {
        return this.#login.server.origin;
    }

    /** One request; the answer's body is parsed when it is JSON, else it is text. */
    async request(
        method: string,
        path: string,
        signal: AbortSignal,
        body?: { readonly type: string; readonly value: Wire },
    ): Promise<Answer> {
        for (let attempt = 0; ; attempt++) {
            const pause = PAUSES[attempt];
            try {
                const answer = await this.#once(method, path, signal, body);
                if (!BUSY.has(answer.status) || pause === undefined) {
                    return answer;
                }
            } catch (error) {
                const code = (error as NodeJS.ErrnoException).code ?? "";
                if (signal.aborted || !TRANSIENT.has(code) || pause === undefined) {
                    const what = error instanceof Error ? error.message : String(error);
                    throw new Error(`the Kubernetes API at ${this.server} can't be reached: ${what}`, { cause: error });
                }
            }
            await delay(pause, undefined, { signal });
        }
    }

    /** The object, or undefined when there is none. */
    async read(target: Target, signal: AbortSignal): Promise<WireObject | undefined> {
        const answer = await this.request("GET", await this.path(target, signal), signal);
        if (answer.status === 404) {
            return undefined;
        }
        return this.#object(`reading ${describe(target)}`, answer);
    }

    /** Lists a collection; empty when the kind is not served. */
    async list(
        of: { apiVersion: string; kind: string; namespace?: string },
        query: Record<string, string>,
        signal: AbortSignal,
    ): Promise<WireObject[]> {
        const resource = await this.find(of.apiVersion, of.kind, signal);
        if (!resource) {
            return [];
        }
        const namespace = of.namespace === undefined ? "" : `/namespaces/${of.namespace}`;
        const search = new URLSearchParams(query).toString();
        const path = `${apiPath(of.apiVersion)}${namespace}/${resource.name}${search === "" ? "" : `?${search}`}`;
        const body = this.#object(`listing ${of.kind}`, await this.request("GET", path, signal));
        return Array.isArray(body.items) ? body.items.filter(isObject) : [];
    }

    /** Server-side apply. */
    async apply(
        target: Target,
        object: WireObject,
        options: { readonly manager: string; readonly dryRun?: boolean },
        signal: AbortSignal,
    ): Promise<WireObject> {
        const query = new URLSearchParams({
            fieldManager: options.manager,
            force: "true",
            ...(options.dryRun === true ? { dryRun: "All" } : {}),
        });
        const path = `${await this.path(target, signal)}?${query.toString()}`;
        const body = { type: "application/apply-patch+yaml", value: object };
        return this.#object(`applying ${describe(target)}`, await this.request("PATCH", path, signal, body));
    }

    /** Asks for deletion; false when there was nothing. */
    async remove(target: Target, propagation: string, signal: AbortSignal): Promise<boolean> {
        const answer = await this.request("DELETE", await this.path(target, signal), signal, {
            type: "application/json",
            value: { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: propagation },
        });
        if (answer.status === 404) {
            return false;
        }
        this.#object(`deleting ${describe(target)}`, answer);
        return true;
    }

    /** The kind's resource, by discovery; undefined when the API serves no such kind (a CRD not there yet). */
    async find(apiVersion: string, kind: string, signal: AbortSignal): Promise<Resource | undefined> {
        const known = this.#discovered.get(apiVersion)?.find((resource) => resource.kind === kind);
        if (known) {
            return known;
        }
        const answer = await this.request("GET", apiPath(apiVersion), signal);
        if (answer.status === 404) {
            return undefined;
        }
        const body = this.#object(`discovering ${apiVersion}`, answer);
        const resources = (Array.isArray(body.resources) ? body.resources : [])
            .filter(isObject)
            .map((resource) => ({
                name: textAt(resource, "name"),
                kind: textAt(resource, "kind"),
                namespaced: resource.namespaced === true,
            }))
            .filter((resource) => !resource.name.includes("/"));
        this.#discovered.set(apiVersion, resources);
        return resources.find((resource) => resource.kind === kind);
    }

    /** The object's path. Throws when the API does not serve its kind. */
    async path(target: Target, signal: AbortSignal): Promise<string> {
        const resource = await this.find(target.apiVersion, target.kind, signal);
        if (!resource) {
            throw new Error(
                `the API at ${this.server} serves no ${target.apiVersion} ${target.kind}; is its CRD installed, and does this resource depend on it?`,
            );
        }
        const namespace = resource.namespaced ? `/namespaces/${target.namespace ?? this.namespace}` : "";
        return `${apiPath(target.apiVersion)}${namespace}/${resource.name}/${encodeURIComponent(target.name)}`;
    }

    #object(what: string, answer: Answer): WireObject {
        if (answer.status >= 300 || !isObject(answer.body)) {
            throw new ApiError(what, answer);
        }
        return answer.body;
    }

    #once(
        method: string,
        path: string,
        signal: AbortSignal,
        body?: { readonly type: string; readonly value: Wire },
    ): Promise<Answer> {
        const { server, options } = this.#login;
        const send = server.protocol === "http:" ? httpRequest : httpsRequest;
        const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body.value));
        const base = server.pathname.replace(/\/$/, "");
        return new Promise((resolve, reject) => {
            const outgoing = send(
                {
                    ...options,
                    protocol: server.protocol,
                    hostname: server.hostname.replace(/^\[|\]$/g, ""),
                    port: server.port,
                    path: base + path,
                    method,
                    signal,
                    timeout: ANSWER_TIMEOUT,
                    headers: {
                        ...(options.headers as Record<string, string> | undefined),
                        accept: "application/json",
                        ...(payload && body ? { "content-type": body.type, "content-length": payload.length } : {}),
                    },
                },
                (incoming) => {
                    const chunks: Buffer[] = [];
                    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
                    incoming.on("error", reject);
                    incoming.on("end", () => {
                        resolve({ status: incoming.statusCode ?? 0, body: parsed(Buffer.concat(chunks).toString()) });
                    });
                },
            );
            outgoing.on("timeout", () => {
                outgoing.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" }));
            });
            outgoing.on("error", reject);
            outgoing.end(payload);
        });
    }
}

function parsed(text: string): Wire {
    try {
        return JSON.parse(text) as Wire;
    } catch {
        return text;
    }
}

function apiPath(apiVersion: string): string {
    return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** `Deployment blog/web`, as errors name it. */
export function describe(target: Target): string {
    const namespace = target.namespace === undefined ? "" : `${target.namespace}/`;
    return `${target.kind} ${namespace}${target.name}`;
}
