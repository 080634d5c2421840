import { stringify } from "yaml";

/** What a client needs to reach the cluster. */
export interface ClusterAccess {
    /** URL of the API, e.g. `https://192.0.2.11:6443`. */
    readonly server: string;
    /** PEM of the cluster's CA, base64. */
    readonly certificateAuthority: string;
    /** Token of a ServiceAccount. */
    readonly token: string;
}

/** A kubeconfig with one cluster, one user and one context, named `onprem-blog`. */
export function renderKubeconfig(access: ClusterAccess): string {
    const name = "onprem-blog";
    return stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [
            { name, cluster: { server: access.server, "certificate-authority-data": access.certificateAuthority } },
        ],
        users: [{ name, user: { token: access.token } }],
        contexts: [{ name, context: { cluster: name, user: name } }],
        "current-context": name,
    });
}
