import { join, resolve } from "node:path";
import { Command } from "commander";
import { ConnectionError } from "../scan/connection";
import { workstation } from "../workstation";
import { readAnswers } from "./answers";
import { terminal } from "./console";
import { SetupError } from "./host-keys";
import { person, unattended } from "./operators";
import { setup } from "./setup";

const PROJECT = resolve(__dirname, "../../..");

async function main(argv: readonly string[]): Promise<void> {
    const command = new Command("npm run setup --")
        .description(
            "Ask for the laptops, check that they can be used, and write their stack file with its secrets encrypted.",
        )
        .option("--stack <name>", "write Pulumi.<name>.yaml", "production")
        .option(
            "--answers <file>",
            "take the answers from a YAML file (settings, fingerprints, passphrase, overwrite, writeAnyway)",
        )
        .option("--out <file>", "write this file instead");
    command.parse([...argv], { from: "user" });
    const { stack, answers, out } = command.opts<{ stack: string; answers?: string; out?: string }>();
    if (!/^[A-Za-z0-9._-]{1,100}$/.test(stack)) {
        throw new SetupError(`--stack: found ${JSON.stringify(stack)}; wanted letters, digits, - _ .`);
    }
    const path = out ?? join(PROJECT, `Pulumi.${stack}.yaml`);
    const context = workstation(PROJECT, false);
    if (answers !== undefined) {
        const say = (text: string) => {
            console.log(text);
        };
        await setup(path, unattended(readAnswers(answers), say), context);
    } else if (process.stdin.isTTY) {
        await setup(path, person(await terminal(), context), context);
    } else {
        throw new SetupError(
            "there is no terminal to ask at. Give the answers in a file: npm run setup -- --answers <file>",
        );
    }
    console.log(
        [
            "",
            "Next:",
            "  export PULUMI_CONFIG_PASSPHRASE_FILE=<a file of yours that holds the passphrase, mode 600>",
            "  pulumi login <where the state is kept: an S3 bucket, Pulumi Cloud, or file://<folder>>",
            `  pulumi stack select --create ${stack}`,
            "  pulumi preview",
        ].join("\n"),
    );
}

main(process.argv.slice(2)).catch((error: unknown) => {
    process.exitCode = 1;
    if (error instanceof SetupError || error instanceof ConnectionError) {
        console.error(error.message);
    } else if (error instanceof Error && error.name === "ExitPromptError") {
        console.error("Stopped; nothing was written.");
        process.exitCode = 130;
    } else {
        throw error;
    }
});
