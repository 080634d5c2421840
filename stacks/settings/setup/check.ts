import type { Context } from "../context";
import { formatFault, type Fault } from "../fault";
import { toFaults, WITHOUT_MESSAGES } from "../issues";
import { parseSettings, type Result } from "../parse";
import { formatPath } from "../path";
import { settingsSchema } from "../schema";
import { child, documented } from "../schema/walk";
import { formatHostKey } from "../host-key";

/** Settings as a person gives them: like a stack file's, with the secrets still in plain text. */
export type RawSettings = Readonly<Record<string, unknown>>;

/** Stands for a host key that has not been scanned yet, so that all else can be checked before. */
const NO_HOST_KEY = formatHostKey(
    Buffer.concat([Buffer.from("\0\0\0\x0bssh-ed25519\0\0\0\x20", "latin1"), Buffer.alloc(32, 0xff)]),
).line;

/** Checks settings that are about to be encrypted. */
export function checkRaw(raw: RawSettings, context: Context): Result {
    return parseSettings(raw, new Set(), { ...context, secureLeaves: new Set(secretPaths(raw)) });
}

/** The same for settings whose host keys are still to be scanned. */
export function checkUnscanned(raw: RawSettings, context: Context): Result {
    const { laptops, ssh } = raw;
    const filled = (host: unknown) =>
        isMap(host) && host.hostKey === undefined ? { ...host, hostKey: NO_HOST_KEY } : host;
    return checkRaw(
        {
            ...raw,
            ...(Array.isArray(laptops) ? { laptops: laptops.map(filled) } : {}),
            ...(isMap(ssh) && ssh.jumpHost !== undefined ? { ssh: { ...ssh, jumpHost: filled(ssh.jumpHost) } } : {}),
        },
        context,
    );
}

/** Formatted paths of the secrets in `raw`. */
export function secretPaths(raw: RawSettings): string[] {
    return [...documented(settingsSchema, raw)].flatMap(({ path, doc }) =>
        doc.secret === true ? [formatPath(path)] : [],
    );
}

/** What is wrong with one answer, by the schema of its key; undefined when it's right. */
export function checkAnswer(...path: readonly PropertyKey[]): (answer: unknown) => string | undefined {
    const [section, ...rest] = path;
    let schema = section === undefined ? undefined : child(settingsSchema, section);
    for (const step of rest) schema = schema && child(schema, step);
    if (schema === undefined) throw new Error(`no key ${formatPath(path)}`);
    const leaf = schema;
    return (answer) => {
        const issues = leaf.safeParse(answer, WITHOUT_MESSAGES).error?.issues ?? [];
        const [fault] = toFaults(leaf, answer, issues, () => false);
        return fault === undefined ? undefined : sentence(fault);
    };
}

function sentence({ wanted, hint }: Fault): string {
    return `Wanted ${wanted}${hint === undefined ? "" : `. ${hint}`}`;
}

export function listFaults(faults: readonly Fault[]): string {
    return faults.map((fault) => `  - ${formatFault(fault)}`).join("\n");
}

export function isMap(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
