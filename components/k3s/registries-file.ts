import { render } from "./config-file";

/** How containerd reaches one registry. */
export interface Registry {
    /** URLs asked in this order instead of the registry itself; empty for the registry itself alone. */
    readonly endpoints: readonly string[];
    readonly username?: string | undefined;
    readonly password?: string | undefined;
}

/**
 * registries.yaml (https://docs.k3s.io/installation/private-registry) for registries by host; empty for none.
 *
 * k3s looks credentials up by the host of the endpoint that is asked, so each endpoint of a registry gets them.
 */
export function registriesFile(registries: Readonly<Record<string, Registry>>): string {
    const mirrors: Record<string, unknown> = {};
    const configs: Record<string, unknown> = {};
    for (const [host, { endpoints, username, password }] of Object.entries(registries)) {
        if (endpoints.length > 0) {
            mirrors[host] = { endpoint: [...endpoints] };
        }
        if (username !== undefined) {
            const hosts = endpoints.length > 0 ? endpoints.map((endpoint) => new URL(endpoint).host) : [host];
            for (const asked of hosts) {
                configs[asked] = { auth: { username, password: password ?? "" } };
            }
        }
    }
    const file = {
        ...(Object.keys(mirrors).length === 0 ? {} : { mirrors }),
        ...(Object.keys(configs).length === 0 ? {} : { configs }),
    };
    return Object.keys(file).length === 0 ? "" : render(file);
}
