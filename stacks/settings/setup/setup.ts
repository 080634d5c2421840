import { existsSync, renameSync, writeFileSync } from "node:fs";
import type { Context } from "../context";
import { parseStackFile } from "../parse-stack-file";
import { newEncryptionSalt } from "../stack-file";
import type { Result } from "../parse";
import { checkRaw, checkUnscanned, isMap, listFaults, type RawSettings } from "./check";
import { collectHostKeys, SetupError, type Confirm, type HostKeys } from "./host-keys";
import { renderStackFile } from "./render";
import { tryConnections } from "./try-connections";

/** What differs between asking a person and reading their answers. */
export interface Operator {
    say(text: string): void;
    /** Whether an existing stack file may be replaced. */
    mayReplace(path: string): Promise<boolean>;
    /** Settings without host keys. */
    settings(): Promise<RawSettings>;
    /** Called with the faults of `settings()`; whether to ask again. */
    tryAgain(faults: string): Promise<boolean>;
    confirmHostKey: Confirm;
    /** Whether to write the file although some laptop cannot be logged in to. */
    writeAnyway(): Promise<boolean>;
    passphrase(): Promise<string>;
}

/**
 * Makes a stack file, and writes it only when the program's own checks accept it.
 *
 * @throws SetupError when the operator declines or a laptop cannot be used; nothing is written then.
 */
export async function setup(path: string, operator: Operator, context: Context): Promise<void> {
    if (existsSync(path) && !(await operator.mayReplace(path))) throw new SetupError(`${path} stays as it is`);
    const { raw, result } = await faultless(operator, context);
    const keys = await collectHostKeys(result.value, context.agentSocket, operator.confirmHostKey, (text) => {
        operator.say(`\n${text}`);
    });
    const complete = withHostKeys(raw, keys);
    await tryAll(complete, operator, context);
    const passphrase = await operator.passphrase();
    const text = renderStackFile(complete, newEncryptionSalt(passphrase));
    const written = parseStackFile(text, context, { passphrase });
    if (!written.ok) throw new SetupError(`the stack file would have faults:\n${listFaults(written.faults)}`);
    replace(path, text, operator);
}

async function faultless(
    operator: Operator,
    context: Context,
): Promise<{ raw: RawSettings; result: Extract<Result, { ok: true }> }> {
    for (;;) {
        const raw = await operator.settings();
        const result = checkUnscanned(raw, context);
        if (result.ok) return { raw, result };
        const faults = listFaults(result.faults);
        if (!(await operator.tryAgain(faults))) throw new SetupError(`these answers do not go together:\n${faults}`);
    }
}

async function tryAll(raw: RawSettings, operator: Operator, context: Context): Promise<void> {
    const result = checkRaw(raw, context);
    if (!result.ok) throw new SetupError(listFaults(result.faults));
    const attempts = await tryConnections(result.value, context.agentSocket);
    const lines = attempts.map(({ name, problem }) => `  ${name}: ${problem ?? "log-in and sudo work"}`);
    operator.say(`\n${lines.join("\n")}`);
    const failed = attempts.filter(({ problem }) => problem !== undefined).map(({ name }) => name);
    if (failed.length > 0 && !(await operator.writeAnyway())) {
        throw new SetupError(`nothing was written, because the program could not use ${failed.join(", ")}`);
    }
}

function withHostKeys(raw: RawSettings, keys: HostKeys): RawSettings {
    const { laptops, ssh } = raw;
    return {
        ...raw,
        laptops: (laptops as object[]).map((laptop, index) => ({ ...laptop, hostKey: keys.laptops[index] })),
        ...(isMap(ssh) && isMap(ssh.jumpHost)
            ? { ssh: { ...ssh, jumpHost: { ...ssh.jumpHost, hostKey: keys.jumpHost } } }
            : {}),
    };
}

/** The old file is kept, and there is never half a new one. */
function replace(path: string, text: string, operator: Operator): void {
    const half = `${path}.new`;
    writeFileSync(half, text);
    if (existsSync(path)) {
        renameSync(path, `${path}.bak`);
        operator.say(`\nThe former file is ${path}.bak`);
    }
    renameSync(half, path);
    operator.say(`\nWrote ${path}`);
}
