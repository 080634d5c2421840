import { utils } from "ssh2";

/** Why a private key cannot be used, in the words of an error; never any part of the key. */
export interface KeyFault {
    readonly found: string;
    readonly hint: string;
    /** The password is at fault, and not the key. */
    readonly ofPassword?: true;
    /** Nothing is wrong but that the password is missing. */
    readonly needsPassword?: true;
}

/**
 * Whether the SSH providers will read this private key. It is checked here because @pulumi/command prints the whole key
 * when it cannot parse it (pulumi/pulumi-command#773), and refuses a password for a key that has none.
 */
export function checkPrivateKey(key: string, password: string | undefined): KeyFault | undefined {
    if (/^PuTTY-User-Key-File/m.test(key)) {
        return { found: "a PuTTY key", hint: "Convert it: puttygen <key>.ppk -O private-openssh -o <key>" };
    }
    if (/BEGIN (?:ENCRYPTED )?PRIVATE KEY/.test(key)) {
        return { found: "a PKCS #8 key", hint: "Rewrite it in OpenSSH's own form: ssh-keygen -p -f <key>" };
    }
    const unlocked = utils.parseKey(key);
    if (!(unlocked instanceof Error)) {
        if (!unlocked.isPrivateKey()) {
            return { found: "a public key", hint: "Give the private half: the file without .pub" };
        }
        return password === undefined
            ? undefined
            : {
                  found: "a password",
                  hint: "The private key is not encrypted. Remove the password, or encrypt the key: ssh-keygen -p -f <key>",
                  ofPassword: true,
              };
    }
    if (!/encrypted/i.test(unlocked.message)) {
        return { found: "text that is not a private key", hint: "Make one: ssh-keygen -t ed25519 -f <key>" };
    }
    if (password === undefined) {
        return {
            found: "an encrypted key without ssh.privateKeyPassword",
            hint: "Give its password: pulumi config set --secret --path ssh.privateKeyPassword",
            needsPassword: true,
        };
    }
    return utils.parseKey(key, password) instanceof Error
        ? {
              found: "a password that does not open the private key",
              hint: "Set it again: pulumi config set --secret --path ssh.privateKeyPassword",
              ofPassword: true,
          }
        : undefined;
}
