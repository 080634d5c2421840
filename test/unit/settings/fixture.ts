import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { utils } from "ssh2";
import { releases } from "../../../components/k3s/releases";
import type { Context } from "../../../stacks/settings/context";
import type { Result } from "../../../stacks/settings/parse";
import { parseStackFile } from "../../../stacks/settings/parse-stack-file";

export const FIXTURES = join(__dirname, "../../fixtures");

/** What fixtures call `secure: "{plain key}"`: keys are made here, so that none lies in the repository. */
const ENCRYPTED_PASSWORD = "opens the key";
const keys: Readonly<Record<string, string>> = {
    "{plain key}": utils.generateKeyPairSync("ed25519").private,
    "{encrypted key}": utils.generateKeyPairSync("ed25519", {
        passphrase: ENCRYPTED_PASSWORD,
        cipher: "aes256-ctr",
        rounds: 4,
    }).private,
    "{public key}": utils.generateKeyPairSync("ed25519").public,
};

/** The workstation on which the fixtures are read. */
const files: Readonly<Record<string, string>> = {
    "~/.ssh/id_ed25519": keys["{plain key}"]!,
    "~/.ssh/encrypted": keys["{encrypted key}"]!,
    "~/.ssh/id_ed25519.pub": keys["{public key}"]!,
    "~/.ssh/putty.ppk": "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
    "~/.ssh/pkcs8": "-----BEGIN PRIVATE KEY-----\nMC4CAQ==\n-----END PRIVATE KEY-----\n",
    "~/.ssh/known_hosts": "192.0.2.11 ssh-ed25519 AAAA\n",
    "artifacts/k3s": "",
    "~/artifacts/images.tar.zst": "",
};

export const workstation: Context = {
    dryRun: false,
    agentSocket: "/run/user/1000/agent",
    expandHome: (path) => path.replace(/^~/, "/home/operator"),
    readFile: (path) => (Object.hasOwn(files, path) ? { text: files[path]! } : { problem: "does not exist" }),
    fileProblem: (path) => (Object.hasOwn(files, path) ? undefined : "does not exist"),
    releases,
};

/** Names of the fixtures in a folder, without `.yaml`. */
export function fixtures(folder: "valid" | "invalid"): string[] {
    return readdirSync(join(FIXTURES, folder)).map((name) => name.replace(/\.yaml$/, ""));
}

export function readFixture(folder: "valid" | "invalid", name: string): string {
    return readFileSync(join(FIXTURES, folder, `${name}.yaml`), "utf8");
}

/** Checks a whole stack file; what is `secure:` in it counts as encrypted, and its text is the secret itself. */
export function parse(text: string, changes: Partial<Context> = {}): Result {
    const context = { ...workstation, ...contextOf(text), ...changes };
    return parseStackFile(text, context, { open: (secret) => keys[secret] ?? secret });
}

/** `# workstation: no agent` and `# workstation: preview` at the head of a fixture. */
function contextOf(text: string): Partial<Context> {
    const said = /^# workstation: (.*)$/m.exec(text)?.[1];
    if (said === "no agent") return { agentSocket: undefined };
    return said === "preview" ? { dryRun: true } : {};
}
