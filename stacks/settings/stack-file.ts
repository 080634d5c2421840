import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from "node:crypto";
import { parseDocument } from "yaml";
import { formatPath, type KeyPath } from "./path";

/**
 * Reading and writing Pulumi's own stack files (`Pulumi.<stack>.yaml`) with the passphrase secrets provider.
 *
 * The formats are those of Pulumi 3.248 (sdk/go/common/resource/config/{crypt,object,plaintext}.go and
 * pkg/secrets/passphrase/manager.go):
 * - `encryptionsalt: v1:<base64 of 8 random bytes>:<the word "pulumi", encrypted>`
 * - an encrypted value: `v1:<base64 of the 12 byte nonce>:<base64 of ciphertext and 16 byte tag>`, AES-256-GCM
 * - the key: PBKDF2-HMAC-SHA256 of the passphrase, 1,000,000 rounds, 32 bytes
 */
export interface StackFile {
    /** Absent in a stack file that holds no secret. */
    readonly encryptionsalt?: string;
    /** Present when the secrets are not kept by a passphrase (a cloud key service). */
    readonly secretsprovider?: string;
    /** The `config:` block as written; an encrypted leaf is `{ secure: "v1:..." }`. */
    readonly config: Readonly<Record<string, unknown>>;
}

/** A stack file's config in the form in which the engine hands it to the program (PULUMI_CONFIG). */
export interface DecryptedConfig {
    /** By full key (`onprem-blog:ssh`). A string is itself; anything else is its JSON. */
    readonly values: Readonly<Record<string, string>>;
    /** The full keys that hold at least one encrypted value (PULUMI_CONFIG_SECRET_KEYS). */
    readonly secretKeys: readonly string[];
}

/** A stack file that cannot be read: the message says what and what to do, and holds no value of a secret. */
export class StackFileError extends Error {
    override readonly name = "StackFileError";
}

const ROUNDS = 1_000_000;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SALT_BYTES = 8;
const CHECK_WORD = "pulumi";

/** @throws StackFileError when the text is not a YAML map with a `config:` map (an empty file is a file without config). */
export function readStackFile(text: string): StackFile {
    const document = parseDocument(text, { prettyErrors: true });
    const [fault] = document.errors;
    if (fault !== undefined) {
        throw new StackFileError(
            `not valid YAML: ${fault.message.split("\n")[0]?.replace(/:$/, "") ?? "syntax error"}`,
        );
    }
    const content: unknown = document.toJS({ maxAliasCount: 100 });
    if (content === null || content === undefined) return { config: {} };
    if (!isMap(content)) throw new StackFileError("a stack file is a YAML map with the key `config`");
    const { encryptionsalt, secretsprovider, config } = content;
    if (config !== undefined && config !== null && !isMap(config)) {
        throw new StackFileError("`config` must be a map of keys such as `onprem-blog:domain`");
    }
    return {
        ...(typeof encryptionsalt === "string" ? { encryptionsalt } : {}),
        ...(typeof secretsprovider === "string" ? { secretsprovider } : {}),
        config: config ?? {},
    };
}

/** The AES-256 key of a passphrase. Takes about half a second, on purpose (the rounds are Pulumi's). */
export function deriveKey(passphrase: string, salt: Uint8Array): Buffer {
    return pbkdf2Sync(passphrase, salt, ROUNDS, KEY_BYTES, "sha256");
}

/**
 * The key that opens the secrets of a stack file.
 *
 * @throws StackFileError when the passphrase is not the one the stack file was made with.
 */
export function verifyPassphrase(passphrase: string, encryptionsalt: string): Buffer {
    const [version, salt, ...check] = encryptionsalt.split(":");
    if (version !== "v1" || salt === undefined || check.length !== 3) {
        throw new StackFileError("`encryptionsalt` is damaged: wanted v1:<salt>:v1:<nonce>:<check word>");
    }
    const key = deriveKey(passphrase, Buffer.from(salt, "base64"));
    if (tryDecrypt(key, check.join(":")) !== CHECK_WORD) {
        throw new StackFileError(
            "incorrect passphrase: it does not open this stack file's `encryptionsalt`. " +
                "Give the stack's own passphrase in PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
        );
    }
    return key;
}

/** Salt and check word for a new stack file, and the key to encrypt its secrets with. */
export function newEncryptionSalt(passphrase: string): { readonly encryptionsalt: string; readonly key: Buffer } {
    const salt = randomBytes(SALT_BYTES);
    const key = deriveKey(passphrase, salt);
    return { encryptionsalt: `v1:${salt.toString("base64")}:${encryptValue(key, CHECK_WORD)}`, key };
}

/** The text after `secure:` for one secret. Two calls give two texts: the nonce is random. */
export function encryptValue(key: Uint8Array, plaintext: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    const sealed = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
    return `v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
}

/** @throws StackFileError when the text is damaged or was encrypted with another key. */
export function decryptValue(key: Uint8Array, encrypted: string): string {
    const plaintext = tryDecrypt(key, encrypted);
    if (plaintext === undefined) {
        throw new StackFileError("the encrypted value is damaged or belongs to another passphrase");
    }
    return plaintext;
}

/**
 * What the program would be given by the engine for this stack file.
 *
 * @param passphrase may be left out when the file holds no secret.
 * @throws StackFileError for a wrong or missing passphrase, another secrets provider, or damaged values (all named by
 * their key path).
 */
export function decryptConfig(stackFile: StackFile, passphrase?: string): DecryptedConfig {
    const leaves = secureLeaves(stackFile.config);
    if (leaves.length === 0) return openConfig(stackFile.config, String);
    if (stackFile.encryptionsalt === undefined) {
        const provider = stackFile.secretsprovider ?? "none";
        throw new StackFileError(
            `${formatPath(leaves[0] ?? [])} is encrypted, but the file has no \`encryptionsalt\` (secretsprovider: ${provider}). ` +
                "Only the passphrase provider is read here: pulumi stack change-secrets-provider passphrase",
        );
    }
    if (passphrase === undefined) {
        throw new StackFileError(
            `${formatPath(leaves[0] ?? [])} is encrypted and no passphrase was given. ` +
                "Set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
        );
    }
    const key = verifyPassphrase(passphrase, stackFile.encryptionsalt);
    const damaged: string[] = [];
    const opened = openConfig(stackFile.config, (encrypted, path) => {
        const plaintext = tryDecrypt(key, encrypted);
        if (plaintext === undefined) damaged.push(formatPath(path));
        return plaintext ?? "";
    });
    if (damaged.length > 0) {
        throw new StackFileError(
            `damaged or encrypted with another passphrase: ${damaged.join(", ")}. ` +
                "Set each again: pulumi config set --secret --path <key>",
        );
    }
    return opened;
}

/**
 * The same for a stack file whose secrets are opened by `open` (or hidden, or left as they are: a reader that only
 * needs the plain keys asks for no passphrase).
 */
export function openConfig(
    config: StackFile["config"],
    open: (encrypted: string, path: KeyPath) => string,
): DecryptedConfig {
    const values: Record<string, string> = {};
    for (const [key, value] of Object.entries(config)) {
        const opened = openValue(value, [key], open);
        values[key] = typeof opened === "string" ? opened : JSON.stringify(opened);
    }
    const secretKeys = new Set(secureLeaves(config).map(([key]) => String(key)));
    return { values, secretKeys: [...secretKeys] };
}

/** The path of every encrypted value, in the order of the file. */
export function secureLeaves(config: StackFile["config"]): KeyPath[] {
    const leaves: KeyPath[] = [];
    openValue(config, [], (_, path) => {
        leaves.push(path);
        return "";
    });
    return leaves;
}

function openValue(value: unknown, path: KeyPath, open: (encrypted: string, path: KeyPath) => string): unknown {
    if (Array.isArray(value)) return value.map((item, index) => openValue(item, [...path, index], open));
    if (!isMap(value)) return value;
    if (isSecure(value)) return open(value.secure, path);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, openValue(item, [...path, key], open)]));
}

/** Pulumi's own rule: a map with the one key `secure` and a string under it. */
function isSecure(value: Record<string, unknown>): value is { secure: string } {
    return Object.keys(value).length === 1 && typeof value.secure === "string";
}

function isMap(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function tryDecrypt(key: Uint8Array, encrypted: string): string | undefined {
    const [version, nonceText, sealedText, ...rest] = encrypted.split(":");
    if (version !== "v1" || nonceText === undefined || sealedText === undefined || rest.length > 0) return undefined;
    const nonce = Buffer.from(nonceText, "base64");
    const sealed = Buffer.from(sealedText, "base64");
    if (nonce.length !== NONCE_BYTES || sealed.length < TAG_BYTES) return undefined;
    try {
        const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
        decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
        return (
            decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES), undefined, "utf8") + decipher.final("utf8")
        );
    } catch {
        return undefined;
    }
}
