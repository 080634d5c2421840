import type { Context } from "../context";
import type { View } from "../draft";
import { show, type Fault } from "../fault";
import { checkPrivateKey } from "../private-key";

export function checkSsh(view: View, context: Context): Fault[] {
    // A section that isn't a map at all has its own fault.
    if (view.settings.ssh === undefined) return [];
    return [...checkUsers(view), ...checkMeans(view), ...checkKey(view, context), ...checkAgent(view, context)];
}

function checkUsers(view: View): Fault[] {
    if (view.isSet("ssh", "user")) return [];
    const { laptops = [], ssh } = view.settings;
    const without = laptops.flatMap((laptop, index) =>
        laptop === undefined || view.isSet("laptops", index, "user") ? [] : [`laptops[${String(index)}]`],
    );
    if (ssh?.jumpHost !== undefined && !view.isSet("ssh", "jumpHost", "user")) without.push("ssh.jumpHost");
    if (without.length === 0) return [];
    return [
        {
            path: ["ssh", "user"],
            wanted: "the user that logs in",
            hint: `${without.join(", ")} ${without.length === 1 ? "has" : "have"} no user of ${without.length === 1 ? "its" : "their"} own`,
        },
    ];
}

function checkMeans(view: View): Fault[] {
    const file = view.isSet("ssh", "privateKeyFile");
    const key = view.isSet("ssh", "privateKey");
    if (file && key) {
        return [
            {
                path: ["ssh", "privateKeyFile"],
                found: "a file besides ssh.privateKey",
                wanted: "one private key",
                hint: "Remove one of the two",
            },
        ];
    }
    if (file || key) return [];
    if (view.isSet("ssh", "privateKeyPassword")) {
        return [
            {
                path: ["ssh", "privateKeyPassword"],
                found: "a password without a private key",
                wanted: "a key that it opens",
                hint: "Set ssh.privateKeyFile or ssh.privateKey, or remove the password",
            },
        ];
    }
    if (view.isSet("ssh", "agent") && view.settings.ssh?.agent !== false) return [];
    return [
        {
            path: ["ssh"],
            found: "no way to log in",
            wanted: "at least one of privateKeyFile, privateKey and agent",
            hint: "For example: pulumi config set --path ssh.privateKeyFile '~/.ssh/id_ed25519'",
        },
    ];
}

function checkKey(view: View, context: Context): Fault[] {
    const { privateKeyFile, privateKey, privateKeyPassword } = view.settings.ssh ?? {};
    let path = ["ssh", "privateKey"];
    let key = privateKey;
    if (privateKeyFile !== undefined && !view.isSet("ssh", "privateKey")) {
        path = ["ssh", "privateKeyFile"];
        const file = context.readFile(privateKeyFile);
        if ("problem" in file) {
            if (context.dryRun) return [];
            return [
                {
                    path,
                    found: `${show(privateKeyFile)}, which ${file.problem}`,
                    wanted: "a private key's file that can be read",
                },
            ];
        }
        key = file.text;
    }
    // A password that is set and wrong has its own fault.
    if (key === undefined || (privateKeyPassword === undefined && view.isSet("ssh", "privateKeyPassword"))) return [];
    const fault = checkPrivateKey(key, privateKeyPassword);
    if (fault === undefined) return [];
    return [
        {
            path: fault.ofPassword ? ["ssh", "privateKeyPassword"] : path,
            found: fault.found,
            wanted: fault.ofPassword ? "the password of ssh.privateKey or ssh.privateKeyFile" : WANTED_KEY,
            hint: fault.hint,
        },
    ];
}

const WANTED_KEY = "a private key in OpenSSH or PEM form";

function checkAgent({ settings: { ssh } }: View, { dryRun, agentSocket }: Context): Fault[] {
    if (ssh?.agent !== true || dryRun || agentSocket !== undefined) return [];
    return [
        {
            path: ["ssh", "agent"],
            found: "true, but SSH_AUTH_SOCK is not set",
            wanted: "a running ssh-agent",
            hint: "Start one: eval $(ssh-agent) && ssh-add",
        },
    ];
}
