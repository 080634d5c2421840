/** The lab engine's command line: `up`, `preview`, `destroy`, `outputs`. */
import { Command, Option } from "commander";
import { passphraseFrom } from "../../stacks/settings/passphrase";
import { join, resolve } from "node:path";
import { destroy, preview, readOutputs, up } from "./run";
import { renderEvent, renderResult } from "./report";
import type { EngineOptions, EngineResult } from "./types";

interface Flags {
    readonly projectDir: string;
    readonly stack: string;
    readonly stackFile?: string;
    readonly stateDir?: string;
    readonly parallel?: string;
    readonly helm?: string;
    readonly json?: boolean;
    readonly showSecrets?: boolean;
    readonly excludeProtected?: boolean;
}

/** The passphrase, from the variables Pulumi reads it from. */
function passphrase(): string {
    const given = passphraseFrom(process.env);
    if (given !== undefined) {
        return given;
    }
    throw new Error("no passphrase: set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE to a file's path");
}

function optionsOf(flags: Flags, signal: AbortSignal): EngineOptions {
    const projectDir = resolve(flags.projectDir);
    return {
        projectDir,
        stackName: flags.stack,
        stackFile: resolve(flags.stackFile ?? join(projectDir, `Pulumi.${flags.stack}.yaml`)),
        stateDir: resolve(flags.stateDir ?? join(projectDir, ".lab", "state", flags.stack)),
        passphrase: passphrase(),
        signal,
        ...(flags.parallel === undefined ? {} : { parallel: Number(flags.parallel) }),
        ...(flags.excludeProtected === undefined ? {} : { excludeProtected: flags.excludeProtected }),
        ...(flags.helm === undefined ? {} : { helmPath: flags.helm }),
        // With --json, stdout holds the result alone.
        onEvent: (event) => {
            const line = renderEvent(event);
            if (line !== undefined) {
                (flags.json === true ? process.stderr : process.stdout).write(`${line}\n`);
            }
        },
    };
}

/** The result for other programs; secrets are hidden unless asked for. */
function forJson(result: EngineResult, showSecrets: boolean): unknown {
    const { shownOutputs, ...rest } = result;
    return showSecrets ? rest : { ...rest, outputs: shownOutputs };
}

/** The first SIGINT or SIGTERM ends the run in order; the second at once. */
function interruption(): AbortSignal {
    const controller = new AbortController();
    const interrupt = () => {
        if (controller.signal.aborted) {
            process.exit(130);
        }
        process.stderr.write("ending the run; press again to end at once\n");
        controller.abort();
    };
    process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
    return controller.signal;
}

async function run(work: (options: EngineOptions) => Promise<EngineResult>, flags: Flags): Promise<void> {
    const result = await work(optionsOf(flags, interruption()));
    const showSecrets = flags.showSecrets === true;
    const text =
        flags.json === true ? JSON.stringify(forJson(result, showSecrets), null, 2) : renderResult(result, showSecrets);
    process.stdout.write(`${text}\n`);
    process.exitCode = result.ok ? 0 : 1;
}

async function printOutputs(flags: Flags): Promise<void> {
    const { outputs, shownOutputs } = await readOutputs(optionsOf(flags, interruption()));
    process.stdout.write(`${JSON.stringify(flags.showSecrets === true ? outputs : shownOutputs, null, 2)}\n`);
}

async function main(): Promise<void> {
    const program = new Command("engine").description(
        "The lab engine: runs the Pulumi program for the lab and the tests, where Pulumi itself can't be had.",
    );
    const add = (name: string, description: string, act: (flags: Flags) => Promise<void>) => {
        program
            .command(name)
            .description(description)
            .option("--project-dir <folder>", "folder of Pulumi.yaml", ".")
            .option("--stack <name>", "the stack's name", "lab")
            .option("--stack-file <file>", "the stack file (default: Pulumi.<stack>.yaml)")
            .option("--state-dir <folder>", "the journal's folder (default: .lab/state/<stack>)")
            .option("--parallel <n>", "resources worked on at the same time")
            .option("--helm <path>", "the helm that installs releases")
            .addOption(new Option("--json", "print the result as JSON"))
            .option("--show-secrets", "print secret outputs too")
            .option("--exclude-protected", "destroy: keep what is protected")
            .action(act);
    };
    add("up", "make what the program wants", (flags) => run(up, flags));
    add("preview", "print what up would do", (flags) => run(preview, flags));
    add("destroy", "delete everything, in reverse order", (flags) => run(destroy, flags));
    add("outputs", "print the outputs of the last run", printOutputs);
    await program.parseAsync();
}

main().catch((error: unknown) => {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
});
