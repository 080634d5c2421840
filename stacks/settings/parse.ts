import { checkSecrecy, isEncrypted, type Secrecy } from "./checks/secrets";
import { crossCheck } from "./checks";
import type { Context } from "./context";
import { view } from "./draft";
import { show, type Fault } from "./fault";
import { toFaults, WITHOUT_MESSAGES } from "./issues";
import type { PlainSecret } from "./plain-secret";
import { resolve } from "./resolve";
import { settingsSchema } from "./schema";
import type { Settings } from "./types";

export type Result =
    | { readonly ok: true; readonly value: Settings<PlainSecret>; readonly warnings: readonly string[] }
    | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Checks a stack file's settings. Reads nothing but its arguments; never throws for any `raw`.
 *
 * @param raw section -> value (`{ domain: "example.org", laptops: [...] }`), secrets in plain text.
 * @param secretKeys the sections that hold at least one encrypted value.
 */
export function parseSettings(
    raw: Readonly<Record<string, unknown>>,
    secretKeys: ReadonlySet<string>,
    context: Context,
): Result {
    const secrecy: Secrecy = {
        sections: secretKeys,
        ...(context.secureLeaves === undefined ? {} : { leaves: context.secureLeaves }),
    };
    const parsed = settingsSchema.safeParse(raw, WITHOUT_MESSAGES);
    const faults = [
        ...toFaults(settingsSchema, raw, parsed.error?.issues ?? [], (path) => isEncrypted(path, secrecy)),
        ...checkSecrecy(settingsSchema, raw, secrecy),
        ...crossCheck(view(settingsSchema, raw), context),
    ];
    if (faults.length > 0 || !parsed.success) return { ok: false, faults: inOrder(faults) };
    return { ok: true, value: resolve(parsed.data, context), warnings: warnings(parsed.data.ssh, context) };
}

function warnings(ssh: { readonly privateKeyFile?: string | undefined }, { dryRun, readFile }: Context): string[] {
    if (!dryRun || ssh.privateKeyFile === undefined) return [];
    const file = readFile(ssh.privateKeyFile);
    if ("text" in file) return [];
    return [
        `ssh.privateKeyFile: ${show(ssh.privateKeyFile)} ${file.problem}. The preview goes on without it; an up will need it.`,
    ];
}

/** Sections as the reference lists them, laptops by number, else in the order of discovery. */
function inOrder(faults: readonly Fault[]): Fault[] {
    const sections = Object.keys(settingsSchema.shape);
    const rank = ({ path: [section, item] }: Fault): [number, number] => {
        const at = sections.indexOf(String(section));
        return [at === -1 ? sections.length : at, typeof item === "number" ? item : -1];
    };
    return [...faults].sort((a, b) => {
        const [left, right] = [rank(a), rank(b)];
        return left[0] - right[0] || left[1] - right[1];
    });
}
