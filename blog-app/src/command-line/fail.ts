import { EnvError } from "../server/env";

/** The command was called with words that it doesn't know. */
export class UsageError extends Error {
    override name = "UsageError";
}

/** Says why a command ends, and ends it: with 2 where it was called wrongly, else with 1. */
export function fail(error: unknown, usage: string): never {
    if (isUsageFault(error)) console.error(`${error.message}\n\n${usage}`);
    else console.error(error instanceof Error ? error.message : error);
    process.exit(isUsageFault(error) || error instanceof EnvError ? 2 : 1);
}

/** Whether the words after the command are at fault. */
export function isUsageFault(error: unknown): error is Error {
    if (!(error instanceof Error)) return false;
    return error instanceof UsageError || ("code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"));
}
