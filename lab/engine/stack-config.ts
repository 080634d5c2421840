/** A stack's configuration as the program receives it: the stack file over the defaults of Pulumi.yaml. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { decryptValue, readStackFile } from "../../stacks/settings/stack-file";
import { stackKey } from "./keys";
import { configText } from "./project-file";

export interface StackConfig {
    /** Full key (`project:name`) -> text; objects and lists are JSON, with their secrets decrypted. */
    readonly values: Record<string, string>;
    /** The keys that hold a secret anywhere. */
    readonly secretKeys: string[];
    /** The secret texts themselves, so that they can be masked. */
    readonly secrets: string[];
    /** The file's own salt, when it has one. */
    readonly encryptionsalt?: string;
}

function isSecure(value: unknown): value is { secure: string } {
    return (
        typeof value === "object" &&
        value !== null &&
        Object.keys(value).length === 1 &&
        "secure" in value &&
        typeof value.secure === "string"
    );
}

/** The value with its secrets opened; each opened text is reported. */
function open(value: unknown, decrypt: (sealed: string) => string): unknown {
    if (isSecure(value)) {
        return decrypt(value.secure);
    }
    if (Array.isArray(value)) {
        return value.map((item) => open(item, decrypt));
    }
    if (typeof value === "object" && value !== null) {
        return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, open(child, decrypt)]));
    }
    return value;
}

function holdsSecure(value: unknown): boolean {
    if (typeof value !== "object" || value === null) {
        return false;
    }
    return isSecure(value) || Object.values(value).some(holdsSecure);
}

/**
 * Reads the stack file; the passphrase is used only when it holds a secret.
 *
 * @param defaults full config key -> text, for keys the file leaves out
 */
export async function readStackConfig(
    file: string,
    passphrase: string,
    defaults: Readonly<Record<string, string>>,
): Promise<StackConfig> {
    const name = basename(file);
    try {
        const { config, encryptionsalt } = readStackFile(await readFile(file, "utf8"));
        const values: Record<string, string> = { ...defaults };
        const secretKeys: string[] = [];
        const secrets: string[] = [];
        for (const [key, value] of Object.entries(config)) {
            if (!holdsSecure(value)) {
                values[key] = configText(value);
                continue;
            }
            if (encryptionsalt === undefined) {
                throw new Error(
                    `${key} holds a secure value, but the file has no encryptionsalt (passphrase provider)`,
                );
            }
            const stackFileKey = stackKey(passphrase, encryptionsalt);
            const opened = open(value, (sealed) => {
                const text = decryptValue(stackFileKey, sealed);
                secrets.push(text);
                return text;
            });
            values[key] = configText(opened);
            secretKeys.push(key);
        }
        return { values, secretKeys, secrets, ...(encryptionsalt === undefined ? {} : { encryptionsalt }) };
    } catch (error) {
        throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
}
