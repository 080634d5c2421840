/** Remote steps as the stack file lists them. */
import * as command from "@pulumi/command";
import { ComponentResource, Config, type Input, type Output, asset, interpolate, secret } from "@pulumi/pulumi";

interface Step {
    readonly name: string;
    readonly create?: string;
    readonly update?: string;
    readonly delete?: string;
    readonly stdin?: string;
    /** As many bytes on stdin: more than a stack file's value may have, which travels in the environment. */
    readonly stdinBytes?: number;
    readonly secretStdin?: boolean;
    readonly secretStdout?: boolean;
    readonly logging?: command.types.enums.remote.Logging;
    readonly environment?: Record<string, string>;
    readonly triggers?: string[];
    /** A step whose stdout goes into this one's stdin. */
    readonly from?: string;
    readonly after?: string[];
    readonly inComponent?: string;
    readonly aliases?: string[];
    readonly protect?: boolean;
    readonly retainOnDelete?: boolean;
    readonly deletedWith?: string;
    readonly ignoreChanges?: string[];
    readonly connection?: Record<string, unknown>;
}

interface Copy {
    readonly name: string;
    readonly file?: string;
    readonly text?: string;
    readonly to: string;
}

const config = new Config();
const connection = config.requireSecretObject<command.types.input.remote.ConnectionArgs>("connection");
const steps = config.getObject<Step[]>("steps") ?? [];
const copies = config.getObject<Copy[]>("copies") ?? [];

const components = new Map<string, ComponentResource>();
const made = new Map<string, command.remote.Command>();

function component(name: string): ComponentResource {
    let found = components.get(name);
    if (!found) {
        found = new ComponentResource("test:index:Group", name);
        components.set(name, found);
    }
    return found;
}

function input(step: Step): Input<string> | undefined {
    const from = step.from === undefined ? undefined : made.get(step.from);
    if (from) {
        return interpolate`${from.stdout}`;
    }
    if (step.stdinBytes !== undefined) {
        return "x".repeat(step.stdinBytes);
    }
    return step.stdin !== undefined && step.secretStdin === true ? secret(step.stdin) : step.stdin;
}

for (const step of steps) {
    const { name, create, update, environment, triggers, logging } = step;
    const resource: command.remote.Command = new command.remote.Command(
        name,
        {
            connection: step.connection ? connection.apply((value) => ({ ...value, ...step.connection })) : connection,
            create,
            update,
            delete: step.delete,
            stdin: input(step),
            logging,
            environment,
            triggers,
            addPreviousOutputInEnv: false,
        },
        {
            dependsOn: (step.after ?? []).flatMap((other) => made.get(other) ?? components.get(other) ?? []),
            parent: step.inComponent === undefined ? undefined : component(step.inComponent),
            aliases: step.aliases?.map((alias) => ({ name: alias })),
            protect: step.protect,
            retainOnDelete: step.retainOnDelete,
            deletedWith: step.deletedWith === undefined ? undefined : made.get(step.deletedWith),
            ignoreChanges: step.ignoreChanges,
            additionalSecretOutputs: step.secretStdout === true ? ["stdout", "stderr"] : [],
        },
    );
    made.set(name, resource);
}

for (const { name, file, text, to } of copies) {
    const source = file === undefined ? new asset.StringAsset(text ?? "") : new asset.FileAsset(file);
    new command.remote.CopyToRemote(name, { connection, source, remotePath: to });
}

export const stdout: Record<string, Output<string>> = Object.fromEntries(
    [...made].map(([name, resource]) => [name, resource.stdout]),
);
export const environment = Object.keys(process.env).sort();
