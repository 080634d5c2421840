import { verifyPassphrase } from "../../stacks/settings/stack-file";

const keys = new Map<string, Buffer>();

/** The key of a passphrase and `encryptionsalt`, derived once per process: it takes half a second, on purpose. */
export function stackKey(passphrase: string, encryptionsalt: string): Buffer {
    const id = JSON.stringify([passphrase, encryptionsalt]);
    let key = keys.get(id);
    if (!key) {
        key = verifyPassphrase(passphrase, encryptionsalt);
        keys.set(id, key);
    }
    return key;
}
