import { readFileSync } from "node:fs";
import { StackFileError } from "./stack-file";

/** The stack's passphrase as Pulumi's CLI takes it from the environment; undefined when it's not there. */
export function passphraseFrom(environment: Readonly<Record<string, string | undefined>>): string | undefined {
    const { PULUMI_CONFIG_PASSPHRASE: phrase, PULUMI_CONFIG_PASSPHRASE_FILE: file } = environment;
    if (phrase !== undefined) return phrase;
    if (file === undefined || file === "") return undefined;
    try {
        return readFileSync(file, "utf8").trim();
    } catch (error) {
        throw new StackFileError(
            `PULUMI_CONFIG_PASSPHRASE_FILE: ${file} cannot be read (${String((error as NodeJS.ErrnoException).code)})`,
        );
    }
}
