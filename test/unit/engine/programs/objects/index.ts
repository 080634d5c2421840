/** Kubernetes objects as the stack file lists them. */
import * as k8s from "@pulumi/kubernetes";
import { Config, CustomResource, type CustomResourceOptions, type Output } from "@pulumi/pulumi";

interface Wanted {
    readonly type: string;
    readonly name: string;
    readonly object: Record<string, unknown>;
    readonly after?: string[];
    readonly ignoreChanges?: string[];
    readonly protect?: boolean;
    readonly noProvider?: boolean;
}

class Raw extends CustomResource {
    readonly metadata!: Output<{ name: string; uid: string }>;
    constructor(type: string, name: string, object: Record<string, unknown>, options: CustomResourceOptions) {
        super(type, name, { metadata: undefined, ...object }, options);
    }
}

const config = new Config();
const provider = new k8s.Provider("cluster", {
    kubeconfig: config.requireSecret("kubeconfig"),
    clusterIdentifier: "test",
    namespace: config.get("namespace"),
    upsertExistingObjects: config.getBoolean("upsert"),
});
const made = new Map<string, Raw>();
for (const wanted of config.getObject<Wanted[]>("objects") ?? []) {
    const resource = new Raw(wanted.type, wanted.name, wanted.object, {
        provider: wanted.noProvider === true ? undefined : provider,
        dependsOn: (wanted.after ?? []).flatMap((name) => made.get(name) ?? []),
        ignoreChanges: wanted.ignoreChanges,
        protect: wanted.protect,
    });
    made.set(wanted.name, resource);
}
const yaml = config.get("yaml");
if (yaml !== undefined) {
    new k8s.yaml.ConfigGroup("group", { yaml }, { provider });
}

export const names = [...made.values()].map((resource) => resource.metadata.name);
export const uids = [...made.values()].map((resource) => resource.metadata.uid);
