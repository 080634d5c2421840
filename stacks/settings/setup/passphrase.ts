import { randomInt } from "node:crypto";
import type { Console } from "./console";

/** Without letters and digits that look alike on paper. */
const ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";
const GROUPS = 6;
const GROUP_LENGTH = 5;

export const MINIMUM_LENGTH = 12;

/** About 148 bits, in groups that can be copied by hand. */
export function generatePassphrase(): string {
    const group = () =>
        Array.from({ length: GROUP_LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join("");
    return Array.from({ length: GROUPS }, group).join("-");
}

export function checkPassphrase(passphrase: string): string | undefined {
    if (passphrase !== passphrase.trim()) return "Blanks at its ends would be lost";
    return passphrase.length < MINIMUM_LENGTH ? `Wanted at least ${String(MINIMUM_LENGTH)} characters` : undefined;
}

/** One's own, asked for twice, or a generated one, shown once. */
export async function askPassphrase(console: Console): Promise<string> {
    const kind = await console.choose({
        message: "Passphrase that encrypts the secrets of this stack",
        choices: { generated: "make one for me", own: "I have one" },
        default: "generated",
    });
    if (kind === "generated") {
        const passphrase = generatePassphrase();
        console.say(
            `\n    ${passphrase}\n\nIt is shown this once. Write it down on paper: without it the stack's secrets and state cannot be read.`,
        );
        await console.confirm({ message: "Written down?", default: false });
        return passphrase;
    }
    const first = await console.secret({ message: "Passphrase", check: checkPassphrase });
    await console.secret({
        message: "The same again",
        check: (again) => (again === first ? undefined : "It is not the same"),
    });
    return first;
}
