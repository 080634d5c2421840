/** The executors, and the reasons for what none of them can do. */
import type { Executor } from "../types";
import { copyToRemote } from "./copy-to-remote";
import { helmRelease } from "./helm-release";
import { kubernetes } from "./kubernetes";
import { provider } from "./provider";
import { random } from "./random";
import { remoteCommand } from "./remote-command";

const EXECUTORS: readonly Executor[] = [remoteCommand, copyToRemote, random, provider, helmRelease, kubernetes];

/** Kinds that only the provider's own plugin can do, with what to use instead. */
const IMPOSSIBLE: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
    {
        pattern: /^kubernetes:yaml\/v2:/,
        reason: "it is a remote component of the Kubernetes provider's plugin; use yaml.ConfigGroup or yaml.ConfigFile (v1)",
    },
    {
        pattern: /^kubernetes:helm\.sh\/v4:/,
        reason: "it is a remote component of the Kubernetes provider's plugin; use helm.v3.Release",
    },
    {
        pattern: /^kubernetes:kustomize\/v2:/,
        reason: "it is a remote component of the Kubernetes provider's plugin; render it and use yaml.ConfigGroup (v1)",
    },
    {
        pattern: /^kubernetes:helm\.sh\/v[23]:Chart$/,
        reason: "its templates are rendered by the Kubernetes provider's plugin; use helm.v3.Release",
    },
    { pattern: /^pulumi:pulumi:StackReference$/, reason: "it reads other stacks from a Pulumi backend" },
    { pattern: /^pulumi-nodejs:dynamic:/, reason: "dynamic providers run in Pulumi's own provider process" },
    { pattern: /^command:local:/, reason: "commands on this machine are not part of the lab" },
];

/** Why the lab engine refuses the type; undefined when it doesn't. */
export function refusal(type: string): string | undefined {
    return IMPOSSIBLE.find(({ pattern }) => pattern.test(type))?.reason;
}

/** The executor for a resource type. Throws the reason when there is none. */
export function executorFor(type: string): Executor {
    const reason = refusal(type);
    if (reason !== undefined) {
        throw new Error(`the lab engine can't do a ${type}: ${reason}; or run the real Pulumi`);
    }
    const executor = EXECUTORS.find((candidate) => candidate.handles(type));
    if (!executor) {
        throw new Error(`the lab engine has no executor for a ${type}; run the real Pulumi`);
    }
    return executor;
}
