import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import { fromConfig, NAMESPACE, ownKeys, rawSettings } from "./config";
import { formatFaults } from "./fault";
import { parseSettings } from "./parse";
import { formatPath } from "./path";
import { UNKNOWN_SECRET, type PlainSecret } from "./plain-secret";
import { openConfig, readStackFile, secureLeaves, type StackFile } from "./stack-file";
import type { Settings } from "./types";
import { workstation } from "./workstation";

/**
 * The settings of the stack that runs. Only here does the program read Pulumi's config.
 *
 * @throws pulumi.RunError that lists every fault of the stack file; the engine prints its message alone.
 */
export function load(): Settings {
    const raw = rawSettings(pulumi.runtime.allConfig());
    const secretKeys = new Set(Object.keys(raw).filter((key) => isConfigSecret(`${NAMESPACE}:${key}`)));
    const leaves = findSecureLeaves(raw);
    const result = parseSettings(raw, secretKeys, {
        ...workstation(process.cwd(), pulumi.runtime.isDryRun()),
        ...(leaves === undefined ? {} : { secureLeaves: leaves }),
    });
    if (!result.ok) {
        throw new pulumi.RunError(formatFaults(result.faults, `the settings of stack ${pulumi.getStack()}`));
    }
    for (const warning of result.warnings) void pulumi.log.warn(warning);
    return deepFreeze(withOutputs(result.value));
}

/** Pulumi's types hide this function; without it a plain secret could not be told from an encrypted one. */
function isConfigSecret(key: string): boolean {
    return (pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean }).isConfigSecret(key);
}

/**
 * Which values are encrypted, from the stack file itself: the engine only says which sections hold a secret. Undefined
 * when the file that the engine read is another one (`--config-file`), which shows in its plain values.
 */
function findSecureLeaves(raw: Readonly<Record<string, unknown>>): ReadonlySet<string> | undefined {
    let stackFile: StackFile;
    try {
        stackFile = readStackFile(readFileSync(join(process.cwd(), `Pulumi.${pulumi.getStack()}.yaml`), "utf8"));
    } catch {
        return undefined;
    }
    const own = ownKeys(stackFile.config);
    const leaves = secureLeaves(own);
    const paths = new Set(leaves.map(formatPath));
    const blank = (value: unknown, path: readonly PropertyKey[]): unknown => {
        if (paths.has(formatPath(path))) return "";
        if (Array.isArray(value)) return value.map((item, index) => blank(item, [...path, index]));
        if (typeof value !== "object" || value === null) return value;
        return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, blank(item, [...path, key])]));
    };
    const opened = openConfig(own, () => "").values;
    const same = Object.entries(opened).every(([key, value]) =>
        isDeepStrictEqual(fromConfig(value), blank(raw[key], [key])),
    );
    return same ? paths : undefined;
}

function withOutputs({ laptops, ssh, k3s, ...rest }: Settings<PlainSecret>): Settings {
    const { privateKey, privateKeyPassword, ...plainSsh } = ssh;
    const { token, agentToken, registries, ...plainK3s } = k3s;
    return {
        ...rest,
        laptops: laptops.map(({ sudoPassword, ...laptop }) => ({ ...laptop, ...outputs({ sudoPassword }) })),
        ssh: { ...plainSsh, ...outputs({ privateKey, privateKeyPassword }) },
        k3s: {
            ...plainK3s,
            ...outputs({ token, agentToken }),
            registries: Object.fromEntries(
                Object.entries(registries).map(([host, { password, ...registry }]) => [
                    host,
                    { ...registry, ...outputs({ password }) },
                ]),
            ),
        },
    };
}

function outputs<Key extends string>(
    secrets: Record<Key, PlainSecret | undefined>,
): Partial<Record<Key, pulumi.Output<string>>> {
    const present = Object.entries<PlainSecret | undefined>(secrets).flatMap(([key, secret]) =>
        secret === undefined ? [] : [[key, toOutput(secret)] as const],
    );
    return Object.fromEntries(present) as Partial<Record<Key, pulumi.Output<string>>>;
}

function toOutput(secret: PlainSecret): pulumi.Output<string> {
    // Pulumi's `unknown` is what the engine itself sends in a preview for a value that only an update can know.
    return pulumi.secret(secret === UNKNOWN_SECRET ? (unknown as unknown as string) : secret);
}

/** Freezes maps and lists all the way down; Outputs are Pulumi's own and stay as they are. */
function deepFreeze<T>(value: T): T {
    if (Array.isArray(value) || (typeof value === "object" && value !== null && !pulumi.Output.isInstance(value))) {
        for (const item of Object.values(value)) deepFreeze(item);
        Object.freeze(value);
    }
    return value;
}
