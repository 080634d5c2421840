import { createRequire } from "node:module";

import * as pulumi from "@pulumi/pulumi";

import type { KubernetesObject } from "./manifests";

/**
 * Runs the program without an engine, as a preview, and returns every Kubernetes object that it registers.
 * What only a host can tell stays unknown; no Kubernetes object depends on it.
 *
 * @param config Pulumi's config of the stack, key to text, as the engine hands it to a program.
 * @throws pulumi.RunError with every fault of the settings.
 */
export async function collectObjects(
    stack: string,
    config: Readonly<Record<string, string>>,
    secretKeys: readonly string[],
): Promise<KubernetesObject[]> {
    const objects: KubernetesObject[] = [];
    pulumi.runtime.setAllConfig({ ...config }, [...secretKeys]);
    await pulumi.runtime.setMocks(
        {
            newResource({ type, name, inputs }: pulumi.runtime.MockResourceArgs) {
                const state = inputs as Record<string, unknown>;
                if (type.startsWith("kubernetes:")) {
                    objects.push(state as unknown as KubernetesObject);
                }
                const unknown = type === "command:remote:Command" ? { stdout: pulumi.runtime.unknownValue } : {};
                return { id: `${name}-id`, state: { ...state, ...unknown } };
            },
            call: () => ({}),
        },
        "onprem-blog",
        stack,
        true,
    );
    await pulumi.runtime.runInPulumiStack(() =>
        // Loaded here and not above: the mocks must be there first.
        Promise.resolve(createRequire(__filename)("../../index") as unknown),
    );
    await pulumi.runtime.disconnect();
    return objects;
}
