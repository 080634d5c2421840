/**
 * What the engine remembers between runs: per resource its inputs and outputs, so that generated values stay, changes
 * are seen, and what left the program can be deleted. Secrets are encrypted with a key of the stack's passphrase. The
 * file is written after each resource, by rename, so that an interrupted run is resumed by the next.
 */
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decryptValue, encryptValue, newEncryptionSalt } from "../../stacks/settings/stack-file";
import { textAt } from "./fields";
import { stackKey } from "./keys";
import { SECRET, SIGNATURE, type Wire, type WireObject, isObject, isSecret, secret } from "./wire";

/** One resource, secrets marked as on the wire. */
export interface Entry {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    readonly parentUrn: string;
    /** False for components and the stack, which hold nothing outside the program. */
    readonly custom: boolean;
    readonly id: string;
    readonly inputs: WireObject;
    readonly outputs: WireObject;
    /** URNs that had to be there first: dependencies, and those of each property. */
    readonly dependencies: readonly string[];
    /** The URN of its explicit provider, or empty. */
    readonly providerUrn: string;
    readonly protect: boolean;
    readonly retainOnDelete: boolean;
    readonly deletedWith: string;
    /** Names of the hooks around its deletion. */
    readonly deleteHooks?: { readonly before: readonly string[]; readonly after: readonly string[] };
    /** Seconds. */
    readonly timeout?: number;
}

interface JournalFile {
    readonly version: 1;
    readonly project: string;
    readonly stack: string;
    readonly encryptionsalt: string;
    readonly entries: readonly Entry[];
    readonly outputs: WireObject;
}

const FILE = "journal.json";

/** Replaces what is inside each secret mark, at any depth. */
function mapSecrets(value: Wire, map: (mark: WireObject) => Wire): Wire {
    if (isObject(value)) {
        if (value[SIGNATURE] === SECRET) {
            return map(value);
        }
        return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, mapSecrets(child, map)]));
    }
    return Array.isArray(value) ? value.map((child) => mapSecrets(child, map)) : value;
}

function seal(value: WireObject, key: Buffer): WireObject {
    return mapSecrets(value, (mark) => ({
        [SIGNATURE]: SECRET,
        ciphertext: encryptValue(key, JSON.stringify(isSecret(mark) ? mark.value : null)),
    })) as WireObject;
}

function unseal(value: WireObject, key: Buffer): WireObject {
    return mapSecrets(value, (mark) =>
        secret(JSON.parse(decryptValue(key, textAt(mark, "ciphertext"))) as Wire),
    ) as WireObject;
}

export interface JournalOptions {
    readonly stateDir: string;
    readonly project: string;
    readonly stack: string;
    readonly passphrase: string;
    /** The stack file's salt: a new journal takes it over, so that one key serves both. */
    readonly encryptionsalt?: string;
}

export class Journal {
    readonly #file: string;
    readonly #header: Pick<JournalFile, "project" | "stack" | "encryptionsalt">;
    readonly #key: Buffer;
    readonly #entries: Map<string, Entry>;
    /** Each entry as it stands in the file, so that only what is new gets encrypted. */
    readonly #sealed = new WeakMap<Entry, string>();
    #outputs: WireObject;
    #sealedOutputs: string;
    #writing: Promise<void> | undefined;
    #next: Promise<void> | undefined;

    private constructor(
        file: string,
        header: Pick<JournalFile, "project" | "stack" | "encryptionsalt">,
        key: Buffer,
        entries: readonly Entry[],
        outputs: WireObject,
    ) {
        this.#file = file;
        this.#header = header;
        this.#key = key;
        this.#entries = new Map(entries.map((entry) => [entry.urn, entry]));
        this.#outputs = outputs;
        this.#sealedOutputs = JSON.stringify(seal(outputs, key));
    }

    /** Opens the journal in the folder, or starts an empty one (nothing is written before the first change). */
    static async open(options: JournalOptions): Promise<Journal> {
        const file = join(options.stateDir, FILE);
        let text: string | undefined;
        try {
            text = await readFile(file, "utf8");
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
                throw error;
            }
        }
        if (text === undefined) {
            const { encryptionsalt, key } =
                options.encryptionsalt === undefined
                    ? newEncryptionSalt(options.passphrase)
                    : {
                          encryptionsalt: options.encryptionsalt,
                          key: stackKey(options.passphrase, options.encryptionsalt),
                      };
            return new Journal(file, { project: options.project, stack: options.stack, encryptionsalt }, key, [], {});
        }
        const saved = JSON.parse(text) as JournalFile;
        if (saved.project !== options.project || saved.stack !== options.stack) {
            throw new Error(
                `${file} belongs to the stack ${saved.project}/${saved.stack}, not ${options.project}/${options.stack}: give each stack a folder of its own`,
            );
        }
        let key: Buffer;
        try {
            key = stackKey(options.passphrase, saved.encryptionsalt);
        } catch (error) {
            throw new Error(
                `${file} was written with another passphrase; give that one, or remove the lab and its folder`,
                { cause: error },
            );
        }
        const entries = saved.entries.map((entry) => ({
            ...entry,
            inputs: unseal(entry.inputs, key),
            outputs: unseal(entry.outputs, key),
        }));
        return new Journal(file, saved, key, entries, unseal(saved.outputs, key));
    }

    get(urn: string): Entry | undefined {
        return this.#entries.get(urn);
    }

    /** In the order the resources were first finished in. */
    entries(): Entry[] {
        return [...this.#entries.values()];
    }

    /** Steady for the journal's life: what is named by it keeps its name, in previews too. */
    get seed(): string {
        return this.#header.encryptionsalt;
    }

    get outputs(): WireObject {
        return this.#outputs;
    }

    /** Remembers a resource; under `formerUrn` it is forgotten. Resolves when it is on disk. */
    async put(entry: Entry, formerUrn?: string): Promise<void> {
        if (formerUrn !== undefined) {
            this.#entries.delete(formerUrn);
        }
        this.#entries.set(entry.urn, entry);
        await this.#write();
    }

    async remove(urn: string): Promise<void> {
        this.#entries.delete(urn);
        await this.#write();
    }

    async setOutputs(outputs: WireObject): Promise<void> {
        this.#outputs = outputs;
        this.#sealedOutputs = JSON.stringify(seal(outputs, this.#key));
        await this.#write();
    }

    /** One write at a time; changes made during a write share the next one. */
    #write(): Promise<void> {
        this.#next ??= (this.#writing ?? Promise.resolve()).then(() => {
            this.#next = undefined;
            this.#writing = this.#writeNow();
            return this.#writing;
        });
        return this.#next;
    }

    async #writeNow(): Promise<void> {
        const entries = this.entries().map((entry) => {
            let text = this.#sealed.get(entry);
            if (text === undefined) {
                text = JSON.stringify({
                    ...entry,
                    inputs: seal(entry.inputs, this.#key),
                    outputs: seal(entry.outputs, this.#key),
                });
                this.#sealed.set(entry, text);
            }
            return text;
        });
        const header = JSON.stringify({ version: 1, ...this.#headerOnly() }).slice(0, -1);
        const text = `${header},"entries":[\n${entries.join(",\n")}\n],"outputs":${this.#sealedOutputs}}\n`;
        const fresh = `${this.#file}.new`;
        await writeFile(fresh, text, { mode: 0o600 });
        await rename(fresh, this.#file);
    }

    #headerOnly(): Pick<JournalFile, "project" | "stack" | "encryptionsalt"> {
        const { project, stack, encryptionsalt } = this.#header;
        return { project, stack, encryptionsalt };
    }
}

/** Makes the journal's folder, readable by its owner only. */
export async function makeStateDir(stateDir: string): Promise<void> {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    await chmod(stateDir, 0o700);
}
