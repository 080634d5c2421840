import { ownKeys, rawSettings } from "./config";
import type { Context } from "./context";
import { parseSettings, type Result } from "./parse";
import { formatPath } from "./path";
import { decryptConfig, openConfig, readStackFile, secureLeaves, type StackFile } from "./stack-file";

/**
 * Checks a whole stack file as the program would in a run with it, without Pulumi.
 *
 * @param open opens one encrypted value; by default all are opened with `passphrase`.
 * @throws StackFileError when the file cannot be read or its secrets cannot be opened.
 */
export function parseStackFile(
    text: string,
    context: Context,
    secrets: { readonly passphrase?: string } | { readonly open: (encrypted: string) => string },
): Result {
    const stackFile = readStackFile(text);
    const { values, secretKeys } =
        "open" in secrets ? openConfig(stackFile.config, secrets.open) : decryptConfig(stackFile, secrets.passphrase);
    const leaves = securePaths(stackFile);
    const sections = Object.keys(ownKeys(Object.fromEntries(secretKeys.map((key) => [key, true]))));
    return parseSettings(rawSettings(values), new Set(sections), { ...context, secureLeaves: leaves });
}

/** Formatted paths of the encrypted values of our own keys, without the namespace. */
export function securePaths(stackFile: StackFile): ReadonlySet<string> {
    return new Set(secureLeaves(ownKeys(stackFile.config)).map(formatPath));
}
