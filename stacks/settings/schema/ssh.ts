import * as z from "zod";
import { address, hostKey, port, user } from "./endpoint";
import { fieldDocs, secret, text } from "./field";
import { isOneLine } from "./laptops";

const jumpHost = z
    .strictObject({
        address: address("the jump host"),
        port: port(),
        user: user("User on the jump host.", "`ssh.user`"),
        hostKey: hostKey("the jump host"),
    })
    .optional()
    .register(fieldDocs, {
        description: "A machine through which every laptop is reached, with the same key.",
        wanted: "a map with address, hostKey and, if need be, port and user",
    });

export const sshSchema = z
    .strictObject({
        user: user("User on every laptop that does not name its own."),
        privateKeyFile: text((value) =>
            value.includes("PRIVATE KEY")
                ? {
                      hint: "The key itself belongs, encrypted, in ssh.privateKey: pulumi config set --secret --path ssh.privateKey",
                  }
                : value.trim() !== "",
        )
            .optional()
            .register(fieldDocs, {
                description:
                    "File of the private key on the workstation; `~` is the home folder, a relative path starts at the project's folder.",
                wanted: "the path of a private key's file",
            }),
        privateKey: secret().optional().register(fieldDocs, {
            description: "The private key itself, where there is no file for it (CI).",
            wanted: "a private key in OpenSSH or PEM form",
            secret: true,
        }),
        privateKeyPassword: secret().optional().register(fieldDocs, {
            description: "Password of an encrypted private key.",
            wanted: "the private key's password",
            secret: true,
        }),
        agent: z.boolean().default(false).register(fieldDocs, {
            description: "Log in with the keys of the ssh-agent behind SSH_AUTH_SOCK.",
            wanted: "true or false",
        }),
        sudoPassword: secret(isOneLine).optional().register(fieldDocs, {
            description:
                "What sudo asks for, on every laptop that does not give its own. Leave it out where sudo asks nothing.",
            wanted: "a password of one line",
            secret: true,
        }),
        jumpHost,
    })
    .register(fieldDocs, {
        description:
            "How the workstation logs in to the laptops: at least one of privateKeyFile, privateKey and agent.",
        wanted: "a map with at least one of privateKeyFile, privateKey and agent",
    });
