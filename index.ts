import "./stacks/uncaught";

import { Cluster, guardRemoval } from "./stacks/cluster";
import { Platform } from "./stacks/platform";
import { load } from "./stacks/settings";

const settings = load();
const cluster = new Cluster("cluster", settings);
const platform = new Platform("platform", cluster, settings);
guardRemoval("removal-guard", settings, [cluster, platform]);

/** Secret; `(umask 077; pulumi stack output kubeconfig --show-secrets > ~/.kube/onprem-blog)`. */
export const kubeconfig = cluster.kubeconfig;
/** When k3s was last started, by laptop. */
export const startedAt = cluster.startedAt;
/** A page that answers when ingress, network and nodes work. */
export const helloUrl = platform.helloUrl;
