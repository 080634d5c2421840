import { format } from "../scan/connection";
import type { Context } from "../context";
import type { Answers } from "./answers";
import type { Console } from "./console";
import { SetupError } from "./host-keys";
import { askPassphrase, checkPassphrase, generatePassphrase } from "./passphrase";
import { askSettings } from "./questions";
import type { Operator } from "./setup";

/** A person at the terminal. */
export function person(console: Console, context: Context): Operator {
    return {
        say: (text) => {
            console.say(text);
        },
        mayReplace: (path) =>
            console.confirm({ message: `${path} exists. Replace it? The old one is kept as .bak`, default: false }),
        settings: () => askSettings(console, context),
        tryAgain: (faults) => {
            console.say(`\nThese answers do not go together:\n${faults}`);
            return console.confirm({ message: "Answer again?", default: true });
        },
        confirmHostKey: ({ host, key }) =>
            console.confirm({
                message: `Does ${host.name ?? format(host)} itself show ${key?.fingerprint ?? ""}?`,
                default: false,
            }),
        writeAnyway: () => console.confirm({ message: "Write the stack file anyway?", default: false }),
        passphrase: () => askPassphrase(console),
    };
}

/** A file of answers: what is not in it is not agreed to. */
export function unattended(answers: Answers, say: (text: string) => void): Operator {
    return {
        say,
        mayReplace: () => Promise.resolve(answers.overwrite),
        settings: () => Promise.resolve(answers.settings),
        tryAgain: () => Promise.resolve(false),
        confirmHostKey: ({ host, key }) => {
            const name = host.name ?? format(host);
            const expected = Object.hasOwn(answers.fingerprints, name) ? answers.fingerprints[name] : undefined;
            if (expected === undefined) {
                throw new SetupError(
                    `${name}: no fingerprint in the answers. It shows ${key?.fingerprint ?? ""}: compare, and put it under fingerprints`,
                );
            }
            return Promise.resolve(expected === key?.fingerprint);
        },
        writeAnyway: () => Promise.resolve(answers.writeAnyway),
        passphrase: () => {
            if (answers.passphrase === undefined) {
                const passphrase = generatePassphrase();
                say(`\nPassphrase of the stack, shown this once: ${passphrase}`);
                return Promise.resolve(passphrase);
            }
            const problem = checkPassphrase(answers.passphrase);
            if (problem !== undefined) throw new SetupError(`passphrase: ${problem}`);
            return Promise.resolve(answers.passphrase);
        },
    };
}
