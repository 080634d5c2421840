import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decryptValue, encryptValue, newEncryptionSalt, verifyPassphrase } from "../stacks/settings/stack-file";
import type { LaptopSpec } from "./laptops";
import { run } from "./run";
import type { Part } from "./setup/plan";

/** The secrets of a lab as its stack file holds them. */
export interface Sealed {
    readonly encryptionsalt: string;
    /** Encrypted. */
    readonly sudoPassword: string;
}

/** What `status` tells of the last `up`. */
export interface LastUp {
    readonly parts: readonly Part[];
    /** What the stand-in of k3s has not. */
    readonly gaps: readonly string[];
    readonly outputs: Readonly<Record<string, unknown>>;
    /** Seconds it took. */
    readonly seconds: number;
}

/** The files of one lab's state folder; only their owner can read them. */
export class State {
    constructor(readonly folder: string) {}

    readonly file = (name: string): string => join(this.folder, name);

    get passphraseFile(): string {
        return this.file("passphrase");
    }
    get privateKeyFile(): string {
        return this.file("id_ed25519");
    }
    get knownHostsFile(): string {
        return this.file("known_hosts");
    }
    get stackFile(): string {
        return this.file("Pulumi.lab.yaml");
    }
    get engineFolder(): string {
        return this.file("engine");
    }

    exists(): boolean {
        return existsSync(this.folder);
    }

    make(): void {
        mkdirSync(this.folder, { recursive: true, mode: 0o700 });
        chmodSync(this.folder, 0o700);
    }

    /** Written aside and renamed, so that an interruption leaves the old file or the new one. */
    write(name: string, text: string): void {
        const aside = this.file(`.${name}.new`);
        writeFileSync(aside, text, { mode: 0o600 });
        renameSync(aside, this.file(name));
    }

    /** Generated once; opens the stack file's secrets and the journal. */
    passphrase(): string {
        if (!existsSync(this.passphraseFile)) this.write("passphrase", `${randomBytes(24).toString("base64url")}\n`);
        return readFileSync(this.passphraseFile, "utf8").trim();
    }

    /** The lab's secrets, made at the first call. */
    sealed(): Sealed {
        const name = "secrets.json";
        if (!existsSync(this.file(name))) {
            const { encryptionsalt, key } = newEncryptionSalt(this.passphrase());
            const sudoPassword = encryptValue(key, randomBytes(18).toString("base64url"));
            this.write(name, `${JSON.stringify({ encryptionsalt, sudoPassword })}\n`);
        }
        return JSON.parse(readFileSync(this.file(name), "utf8")) as Sealed;
    }

    /** The password of the laptops' user, in plain. */
    sudoPassword(): string {
        const { encryptionsalt, sudoPassword } = this.sealed();
        return decryptValue(verifyPassphrase(this.passphrase(), encryptionsalt), sudoPassword);
    }

    /** Makes the key that may log in on the laptops, and gives its public half. */
    async authorizedKey(): Promise<string> {
        const publicFile = `${this.privateKeyFile}.pub`;
        if (!existsSync(publicFile)) {
            const comment = "onprem-blog-lab";
            // An interruption may have left half a pair, about which ssh-keygen would ask.
            await run(["rm", "-f", this.privateKeyFile]);
            await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", this.privateKeyFile]);
        }
        return readFileSync(publicFile, "utf8").trim();
    }

    /** Laptops that the stack file of the repository does not name. */
    addedLaptops(): LaptopSpec[] {
        const file = this.file("added-laptops.json");
        return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as LaptopSpec[]) : [];
    }

    saveAddedLaptops(laptops: readonly LaptopSpec[]): void {
        this.write("added-laptops.json", `${JSON.stringify(laptops, null, 2)}\n`);
    }

    knownHosts(): string {
        return existsSync(this.knownHostsFile) ? readFileSync(this.knownHostsFile, "utf8") : "";
    }

    saveLastUp(lastUp: LastUp): void {
        this.write("last-up.json", `${JSON.stringify(lastUp, null, 2)}\n`);
    }

    lastUp(): LastUp | undefined {
        const file = this.file("last-up.json");
        return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as LastUp) : undefined;
    }
}
