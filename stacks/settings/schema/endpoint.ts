import { isIP } from "node:net";
import { parseHostKey } from "../host-key";
import { isAddress, isUserName } from "../syntax";
import { fieldDocs, text, wholeNumber, type Objection } from "./field";

/** The keys by which one machine is reached over SSH; laptops and the jump host share them. */
export const address = (who: string) =>
    text((value) => {
        if (isAddress(value)) return true;
        return addressObjection(value);
    }).register(fieldDocs, {
        description: `IP address or hostname at which the workstation reaches ${who}.`,
        wanted: "an IP address or a hostname",
    });

function addressObjection(value: string): Objection {
    const [host = "", port = ""] = value.split(":");
    if (value.includes("@")) return { hint: "The user belongs in the key `user`" };
    if (isAddress(host) && /^\d+$/.test(port)) return { hint: "The port belongs in the key `port`" };
    if (value.startsWith("[") && isIP(value.slice(1, -1)) === 6)
        return { hint: "Write an IPv6 address without brackets" };
    return {};
}

export const port = () =>
    wholeNumber(1, 65_535)
        .default(22)
        .register(fieldDocs, { description: "Port of its SSH server.", wanted: "a port number from 1 to 65535" });

export const user = (description: string, defaultText?: string) =>
    text(isUserName)
        .optional()
        .register(fieldDocs, {
            description,
            wanted: "a user's name: letters, digits, . _ -, at most 32 characters",
            ...(defaultText === undefined ? {} : { defaultText }),
        });

export const hostKey = (who: string) =>
    text((value) => {
        const key = parseHostKey(value);
        if ("line" in key) return true;
        if (key.kind === "malformed") {
            if (value.startsWith("SHA256:")) return { hint: "That is the fingerprint of a key, and not the key" };
            return /^\S+ ssh-ed25519 /.test(value) ? { hint: "Leave out the host before the key" } : {};
        }
        return {
            found: `a key of type ${key.type}`,
            hint:
                key.type === "ssh-rsa"
                    ? "With an RSA host key the connection would insist on ssh-rsa signatures (SHA-1), which OpenSSH 8.8 and later refuses. Print the ed25519 key: npm run hosts:scan"
                    : "Only ed25519 host keys are pinned here. Print the ed25519 key: npm run hosts:scan",
        };
    })
        .transform((value) => {
            const key = parseHostKey(value);
            return "line" in key ? key.line : value;
        })
        .register(fieldDocs, {
            description: `The ed25519 host key of ${who}, pinned: with another key there is no connection. \`npm run hosts:scan\` prints it.`,
            wanted: '"ssh-ed25519 " followed by the base64 key, as `npm run hosts:scan` prints it',
        });
