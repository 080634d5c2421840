import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { page } from "./page";

/** Arguments of {@link Hello}. */
export interface HelloArgs {
    readonly provider: kubernetes.Provider;
    /** Host name under which the ingress serves the page. */
    readonly host: string;
    /** Name of the node that runs the pod. */
    readonly node: string;
    /** An image with busybox's `httpd`. */
    readonly image: string;
    /** What goes with the cluster needn't be deleted one by one. */
    readonly controlPlane: pulumi.Resource;
}

const port = 8080;

/** One page from one pod on one chosen node: it answers when the whole path through ingress, network and node works. */
export class Hello extends pulumi.ComponentResource {
    /** Where the page is; plain http, since certificates are a later layer's. */
    public readonly url: pulumi.Output<string>;

    constructor(name: string, args: HelloArgs, opts?: pulumi.ComponentResourceOptions) {
        super("onprem-blog:hello:Hello", name, {}, opts);
        const labels = { "app.kubernetes.io/name": name };
        const inCluster = { parent: this, provider: args.provider, deletedWith: args.controlPlane };

        const namespace = new kubernetes.core.v1.Namespace(
            name,
            { metadata: { name, labels: { ...labels, "pod-security.kubernetes.io/enforce": "restricted" } } },
            inCluster,
        );
        // Names are written out and order is by dependsOn: a preview with an unknown kubeconfig then still knows every name.
        const metadata = { name, namespace: name, labels };
        const inNamespace = { ...inCluster, dependsOn: namespace };
        const files = new kubernetes.core.v1.ConfigMap(
            name,
            { metadata, data: { "index.html": page({ host: args.host, node: args.node }) } },
            inNamespace,
        );
        new kubernetes.apps.v1.Deployment(
            name,
            {
                metadata,
                spec: {
                    replicas: 1,
                    selector: { matchLabels: labels },
                    template: {
                        metadata: { labels },
                        spec: {
                            nodeSelector: { "kubernetes.io/hostname": args.node },
                            // It shows that this very laptop can be reached, whatever else is kept off it.
                            tolerations: [{ operator: "Exists", effect: "NoSchedule" }],
                            automountServiceAccountToken: false,
                            // busybox's httpd runs as process 1 and ignores SIGTERM; it has nothing to finish.
                            terminationGracePeriodSeconds: 5,
                            securityContext: {
                                runAsNonRoot: true,
                                runAsUser: 65532,
                                runAsGroup: 65532,
                                seccompProfile: { type: "RuntimeDefault" },
                            },
                            containers: [
                                {
                                    name,
                                    image: args.image,
                                    command: ["httpd", "-f", "-v", "-p", String(port), "-h", "/srv"],
                                    ports: [{ name: "http", containerPort: port }],
                                    readinessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 5 },
                                    resources: {
                                        requests: { cpu: "5m", memory: "8Mi" },
                                        limits: { memory: "32Mi" },
                                    },
                                    securityContext: {
                                        allowPrivilegeEscalation: false,
                                        readOnlyRootFilesystem: true,
                                        capabilities: { drop: ["ALL"] },
                                    },
                                    volumeMounts: [{ name: "files", mountPath: "/srv", readOnly: true }],
                                },
                            ],
                            volumes: [{ name: "files", configMap: { name } }],
                        },
                    },
                },
            },
            { ...inNamespace, dependsOn: [namespace, files] },
        );
        const service = new kubernetes.core.v1.Service(
            name,
            { metadata, spec: { selector: labels, ports: [{ name: "http", port: 80, targetPort: "http" }] } },
            inNamespace,
        );
        new kubernetes.networking.v1.Ingress(
            name,
            {
                metadata,
                spec: {
                    ingressClassName: "traefik",
                    rules: [
                        {
                            host: args.host,
                            http: {
                                paths: [
                                    {
                                        path: "/",
                                        pathType: "Prefix",
                                        backend: { service: { name, port: { name: "http" } } },
                                    },
                                ],
                            },
                        },
                    ],
                },
            },
            { ...inNamespace, dependsOn: [namespace, service] },
        );
        this.url = pulumi.output(`http://${args.host}/`);
        this.registerOutputs({ url: this.url });
    }
}
