/** Keeps known secret values out of every text the engine lets out: errors, logs, events. */
import { type Wire, isObject, isSecret } from "./wire";

const HIDDEN = "[secret]";
/** Shorter values would blot out ordinary words, and are guessed faster than read. */
const SHORTEST = 3;
/** What a program marks secret may be a plain word (a user name in a Secret): hidden only from this length on. */
const SHORTEST_MARKED = 6;
/** Of a connection only these are secret; Pulumi marks the whole of it, with the host and the user that errors need. */
const CONNECTION_SECRETS = new Set(["password", "privateKey", "privateKeyPassword"]);

/**
 * A word that looks like a credential inside a longer secret text: long, without spaces or slashes at its start, and of
 * mixed characters. Paths, addresses, checksums and keys of the settings, which errors must show, do not.
 */
export function looksLikeCredential(word: string): boolean {
    return (
        word.length >= 20 &&
        !/^[a-z0-9]+(\.[a-z][A-Za-z]*)+$/.test(word) &&
        /^[A-Za-z0-9+=_.:-][A-Za-z0-9+/=_.:-]*$/.test(word) &&
        /\d/.test(word) &&
        /[a-z]/.test(word) &&
        /[A-Z]/.test(word)
    );
}

/** The forms in which a secret can turn up in a text. */
function forms(value: string): string[] {
    return [
        value,
        value.trim(),
        JSON.stringify(value).slice(1, -1),
        value.replaceAll("'", `'\\''`),
        encodeURIComponent(value),
        Buffer.from(value).toString("base64"),
    ];
}

/** Collects secrets as they become known; masks them in texts. */
export class Masker {
    readonly #known = new Set<string>();
    #ordered: string[] | undefined;

    /** A secret that is one value: a password, a token, a key. */
    add(value: string): void {
        if (value.trim().length < SHORTEST) {
            return;
        }
        for (const form of forms(value)) {
            this.#remember(form);
        }
        if (value.includes("\n") || value.startsWith("{")) {
            this.#addParts(value);
        }
    }

    /** All secrets inside a value of the wire form. */
    addWire(value: Wire): void {
        if (isSecret(value)) {
            this.#addSecret(value.value);
        } else if (Array.isArray(value)) {
            value.forEach((child) => {
                this.addWire(child);
            });
        } else if (isObject(value)) {
            Object.values(value).forEach((child) => {
                this.addWire(child);
            });
        }
    }

    /** The text with every known secret replaced. */
    mask(text: string): string {
        this.#ordered ??= [...this.#known].sort((a, b) => b.length - a.length);
        let masked = text;
        for (const value of this.#ordered) {
            if (masked.includes(value)) {
                masked = masked.replaceAll(value, HIDDEN);
            }
        }
        return masked;
    }

    #addSecret(value: Wire): void {
        if (typeof value === "string") {
            if (value.length >= SHORTEST_MARKED) {
                this.add(value);
            }
        } else if (Array.isArray(value)) {
            value.forEach((child) => {
                this.#addSecret(child);
            });
        } else if (isObject(value)) {
            const isConnection = "host" in value;
            for (const [key, child] of Object.entries(value)) {
                if (isSecret(child) || (isObject(child) && isConnection)) {
                    this.#addSecret(isSecret(child) ? child.value : child);
                } else if (!isConnection || CONNECTION_SECRETS.has(key)) {
                    this.#addSecret(child);
                }
            }
        }
    }

    /**
     * A secret of several lines (a key, a kubeconfig, a script on stdin): its key lines and credentials are hidden
     * wherever they turn up alone; its other words (paths, commands) are not, or errors would say nothing.
     */
    #addParts(text: string): void {
        for (const word of text.split(/[\s"'`\\,;={}[\]()<>]+/)) {
            if (looksLikeCredential(word)) {
                this.#remember(word);
            }
        }
    }

    #remember(value: string): void {
        if (value.length >= SHORTEST && !this.#known.has(value)) {
            this.#known.add(value);
            this.#ordered = undefined;
        }
    }
}
