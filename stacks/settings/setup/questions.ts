import { isIPv4 } from "node:net";
import type { Context } from "../context";
import { checkPrivateKey } from "../private-key";
import { checkAnswer, type RawSettings } from "./check";
import type { Console } from "./console";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

type Map = Record<string, unknown>;

/** Asks for everything that has no default, and gives settings with the secrets in plain text. */
export async function askSettings(console: Console, context: Context): Promise<RawSettings> {
    const domain = await console.text({
        message: "Domain under which everything gets its name (blog.<domain>, ...)",
        check: checkAnswer("domain"),
    });
    const user = await console.text({
        message: "User that logs in on the laptops by SSH",
        default: "operator",
        check: checkAnswer("ssh", "user"),
    });
    const ssh: Map = { user, ...(await askLogin(console, context)) };
    if (await console.confirm({ message: "Are the laptops reached through a jump host?", default: false })) {
        ssh.jumpHost = await askJumpHost(console, user);
    }
    const laptops = await askLaptops(console, user);
    await askSudo(console, ssh, laptops);
    return { domain, laptops, ssh };
}

async function askLogin(console: Console, context: Context): Promise<Map> {
    const means = await console.choose({
        message: "How do you log in?",
        choices: { file: "with a private key in a file", agent: "with the keys in my ssh-agent" },
        default: "file",
    });
    if (means === "agent") return { agent: true };
    const keyOf = (path: string) => context.readFile(path);
    const privateKeyFile = await console.text({
        message: "File of the private key",
        default: "~/.ssh/id_ed25519",
        check: (path) => {
            const file = keyOf(path);
            if ("problem" in file) return `${path} ${file.problem}`;
            const fault = checkPrivateKey(file.text, undefined);
            return fault === undefined || fault.needsPassword === true
                ? undefined
                : `Found ${fault.found}. ${fault.hint}`;
        },
    });
    const file = keyOf(privateKeyFile);
    if ("problem" in file || checkPrivateKey(file.text, undefined)?.needsPassword !== true) return { privateKeyFile };
    const privateKeyPassword = await console.secret({
        message: "Password of the private key (it is stored encrypted)",
        check: (password) =>
            checkPrivateKey(file.text, password) === undefined ? undefined : "It does not open the key",
    });
    return { privateKeyFile, privateKeyPassword };
}

async function askJumpHost(console: Console, user: string): Promise<Map> {
    const address = await console.text({
        message: "Address of the jump host",
        check: checkAnswer("ssh", "jumpHost", "address"),
    });
    const port = await askPort(console, "Port of the jump host");
    const own = await console.text({
        message: "User on the jump host",
        default: user,
        check: checkAnswer("ssh", "jumpHost", "user"),
    });
    return { address, ...(port === 22 ? {} : { port }), ...(own === user ? {} : { user: own }) };
}

async function askLaptops(console: Console, user: string): Promise<Map[]> {
    const count = Number(
        await console.text({
            message: "How many laptops?",
            default: "2",
            check: (answer) => (/^[1-9]\d?$/.test(answer) ? undefined : "Wanted a number from 1 to 99"),
        }),
    );
    const laptops: Map[] = [];
    for (let index = 0; index < count; index += 1) {
        console.say(`\nLaptop ${String(index + 1)} of ${String(count)}`);
        laptops.push(await askLaptop(console, index, user));
    }
    return laptops;
}

async function askLaptop(console: Console, index: number, user: string): Promise<Map> {
    const letter = LETTERS[index] ?? String(index + 1);
    const name = await console.text({
        message: "Name: its hostname, and the Kubernetes node's name",
        default: `laptop-${letter}`,
        check: checkAnswer("laptops", 0, "name"),
    });
    const role = await console.choose({
        message: `Role of ${name}`,
        choices: { server: "server: runs the control plane", agent: "agent: runs workloads only" },
        default: index === 0 ? "server" : "agent",
    });
    const address = await console.text({
        message: `Address at which this machine reaches ${name}`,
        check: checkAnswer("laptops", 0, "address"),
    });
    const port = await askPort(console, `SSH port of ${name}`);
    const own = await console.text({
        message: `User on ${name}`,
        default: user,
        check: checkAnswer("laptops", 0, "user"),
    });
    const nodeIp = await console.text({
        message: `IPv4 address at which the other laptops reach ${name}`,
        ...(isIPv4(address) ? { default: address } : {}),
        check: checkAnswer("laptops", 0, "nodeIp"),
    });
    return {
        name,
        role,
        address,
        ...(port === 22 ? {} : { port }),
        ...(own === user ? {} : { user: own }),
        ...(nodeIp === address ? {} : { nodeIp }),
    };
}

async function askPort(console: Console, message: string): Promise<number> {
    const check = checkAnswer("laptops", 0, "port");
    const answer = await console.text({
        message,
        default: "22",
        check: (text) => check(/^\d+$/.test(text) ? Number(text) : text),
    });
    return Number(answer);
}

/** Puts the passwords where the settings want them. */
async function askSudo(console: Console, ssh: Map, laptops: readonly Map[]): Promise<void> {
    const same = { same: "the same password on all laptops", each: "a password, another on each laptop" };
    const kind = await console.choose({
        message: "What does sudo ask for on the laptops?",
        choices: { none: "nothing", ...(laptops.length > 1 ? same : { same: "a password" }) },
        default: "same",
    });
    const check = checkAnswer("ssh", "sudoPassword");
    if (kind === "same")
        ssh.sudoPassword = await console.secret({ message: "Password for sudo (it is stored encrypted)", check });
    if (kind !== "each") return;
    for (const laptop of laptops) {
        laptop.sudoPassword = await console.secret({
            message: `Password for sudo on ${String(laptop.name)} (it is stored encrypted)`,
            check,
        });
    }
}
