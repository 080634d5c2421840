import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";

import { connection, type Credentials, type Host } from "./connection";
import { parseFacts } from "./facts";
import { renderPayload } from "./payload";
import type { ShellValue } from "./quote";

/** Arguments of a {@link RemoteStep}. */
export interface RemoteStepArgs<Facts> {
    readonly host: Host;
    readonly credentials: Credentials;
    /** What the step does, for messages: "install k3s". */
    readonly title: string;
    /** Text of the script: idempotent, and silent about what didn't change. */
    readonly script: string;
    /** Text of the script that undoes it on delete; without one, delete leaves the host as it is. */
    readonly removeScript?: string;
    /** The script's variables. Secrets are Outputs marked secret; all inputs travel on stdin alike. */
    readonly inputs: Readonly<Record<string, pulumi.Input<ShellValue>>>;
    /**
     * Run it at every `up`, changed or not, since it asks for what may have changed by itself. A preview shows it as unchanged.
     */
    readonly atEveryUp?: boolean;
    /** Further resources that are made before the step, and removed after it. */
    readonly dependsOn?: readonly pulumi.Resource[];
    /** Shape of the facts on the script's last line. */
    readonly facts: z.ZodType<Facts>;
    /** Seconds after which the host ends the script by itself. */
    readonly deadlineSeconds: number;
}

/**
 * One idempotent script on one host, its inputs and its facts.
 *
 * A changed input runs the script again; it never replaces the step, since a replacement would run the delete
 * script (`triggers` would do that). Everything travels on stdin: an error prints the command, and never stdin.
 */
export class RemoteStep<Facts> extends pulumi.ComponentResource {
    /** Facts of the last run; secret, since a step's output can hold what was secret in its input. */
    public readonly facts: pulumi.Output<Facts>;

    constructor(name: string, args: RemoteStepArgs<Facts>, opts?: pulumi.ComponentResourceOptions) {
        super("onprem-blog:remote:Step", name, {}, opts);

        const asksAgain = args.atEveryUp === true;
        const askedAt: Record<string, string> = asksAgain ? { asked_at: new Date().toISOString() } : {};
        const stdin = pulumi
            .all([pulumi.output({ ...args.inputs, ...askedAt }), args.host.sudoPassword ?? ""])
            .apply(([inputs, sudoPassword]) =>
                renderPayload({
                    host: args.host.name,
                    title: args.title,
                    deadlineSeconds: args.deadlineSeconds,
                    sudoPassword,
                    inputs,
                    script: args.script,
                    ...(args.removeScript === undefined ? {} : { removeScript: args.removeScript }),
                }),
            );

        const remote = new command.remote.Command(
            name,
            {
                connection: connection(args.host, args.credentials),
                create: "/bin/bash -s",
                update: "/bin/bash -s",
                ...(args.removeScript === undefined ? {} : { delete: "/bin/bash -s -- remove" }),
                stdin: pulumi.secret(stdin),
                logging: command.remote.Logging.Stderr,
                addPreviousOutputInEnv: false,
            },
            {
                parent: this,
                dependsOn: [...(args.dependsOn ?? [])],
                // `pulumi up --replace` would otherwise undo what it has just done.
                deleteBeforeReplace: args.removeScript !== undefined,
                // stderr is progress for people, streamed as it comes; a step writes nothing secret there.
                additionalSecretOutputs: ["stdout"],
                ...(asksAgain && pulumi.runtime.isDryRun() ? { ignoreChanges: ["stdin"] } : {}),
                // Stays as the state has it: neither a change nor a removal dials a machine that is gone.
                ...(args.host.lost === true ? { ignoreChanges: ["*"], retainOnDelete: true } : {}),
            },
        );

        this.facts = remote.stdout.apply((stdout) => parseFacts(args.host.name, args.facts, stdout));
        // Facts stay out of the state a second time: they are in the Command already, and an engine masks every word of a secret.
        this.registerOutputs({});
    }
}
