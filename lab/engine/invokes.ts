/** Provider functions the lab engine can answer itself. */
import { parseAllDocuments } from "yaml";
import type { Deployment } from "./deployment";
import { refusal } from "./executors";
import { textAt } from "./fields";
import { type Wire, type WireObject, isObject, plainObject } from "./wire";

/** Reasons for functions whose answer only a provider's plugin knows. */
const REFUSED: Record<string, string> = {
    "kubernetes:helm:template": "charts are rendered by the Kubernetes provider's plugin; use helm.v3.Release",
    "kubernetes:kustomize:directory":
        "kustomize runs inside the Kubernetes provider's plugin; use yaml.ConfigGroup (v1)",
};

/** Answers an invoke. Throws what the program then sees as the invoke's error. */
export function invoke(deployment: Deployment, token: string, wireArgs: WireObject): Promise<WireObject> {
    const args = plainObject(wireArgs);
    switch (token) {
        case "pulumi:pulumi:getResource":
            return Promise.resolve(getResource(deployment, textAt(args, "urn")));
        case "kubernetes:yaml:decode":
            return Promise.resolve({ result: decodeYaml(args) });
        default: {
            const reason = REFUSED[token] ?? refusal(token) ?? "no provider plugin runs";
            return Promise.reject(new Error(`the lab engine can't answer ${token}: ${reason}`));
        }
    }
}

function getResource(deployment: Deployment, urn: string): WireObject {
    const found = deployment.find(urn);
    if (!found) {
        throw new Error(`unknown resource ${urn}`);
    }
    return { urn, id: found.id, state: found.outputs };
}

/** The objects of a YAML text of several documents; lists are taken apart, and the default namespace is filled in. */
export function decodeYaml(args: WireObject): Wire[] {
    const namespace = typeof args.defaultNamespace === "string" ? args.defaultNamespace : "";
    const objects: Wire[] = [];
    for (const document of parseAllDocuments(textAt(args, "text"))) {
        const [fault] = document.errors;
        if (fault) {
            throw new Error(`the YAML can't be read: ${fault.message}`);
        }
        const value = document.toJS() as Wire;
        if (!isObject(value)) {
            continue;
        }
        const items = textAt(value, "kind").endsWith("List") && Array.isArray(value.items) ? value.items : [value];
        objects.push(...items.map((item) => withNamespace(item, namespace)));
    }
    return objects;
}

/** A missing namespace is left to the provider unless the group names one. */
function withNamespace(item: Wire, namespace: string): Wire {
    if (namespace === "" || !isObject(item)) {
        return item;
    }
    const metadata = isObject(item.metadata) ? item.metadata : {};
    return metadata.namespace === undefined ? { ...item, metadata: { ...metadata, namespace } } : item;
}
