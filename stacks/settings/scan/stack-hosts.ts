import { existsSync, readFileSync } from "node:fs";
import { rawSettings } from "../config";
import { view, type Draft } from "../draft";
import { settingsSchema } from "../schema";
import { decryptConfig, openConfig, readStackFile, StackFileError } from "../stack-file";
import { workstation } from "../workstation";
import type { Target } from "./connection";
import type { Host } from "./scan";

/** What a scan takes from a stack file, which need not be faultless yet: that is what the scan is for. */
export interface StackHosts {
    readonly laptops: readonly Host[];
    readonly jumpHost?: Host & { readonly user?: string };
    /** How to log in to the jump host; asks for the stack's passphrase only when the key is in the stack file. */
    readonly jumpTarget: () => Target | undefined;
}

/**
 * @param passphrase the stack's own, where it was given.
 * @throws StackFileError when the file cannot be read.
 */
export function readStackHosts(path: string, projectDir: string, passphrase: string | undefined): StackHosts {
    if (!existsSync(path)) {
        throw new StackFileError(
            `${path} does not exist. Write one: npm run setup, or name addresses: npm run hosts:scan -- 192.0.2.11`,
        );
    }
    const stackFile = readStackFile(readFileSync(path, "utf8"));
    const read = (values: Readonly<Record<string, string>>) => view(settingsSchema, rawSettings(values)).settings;
    const settings = read(openConfig(stackFile.config, () => "").values);
    const jump = settings.ssh?.jumpHost;
    return {
        laptops: (settings.laptops ?? []).flatMap((laptop) => (laptop?.address === undefined ? [] : [toHost(laptop)])),
        ...(jump?.address === undefined
            ? {}
            : { jumpHost: { ...toHost({ ...jump, name: "jump host" }), ...userOf(jump.user ?? settings.ssh?.user) } }),
        jumpTarget: () => {
            const opened = read(decryptConfig(stackFile, passphrase).values);
            return toTarget(opened, projectDir);
        },
    };
}

function toTarget({ ssh }: Draft, projectDir: string): Target | undefined {
    const { address, port = 22, hostKey, user = ssh?.user } = ssh?.jumpHost ?? {};
    if (address === undefined || hostKey === undefined || user === undefined) return undefined;
    const { readFile, agentSocket } = workstation(projectDir, false);
    const file = ssh?.privateKeyFile === undefined ? undefined : readFile(ssh.privateKeyFile);
    if (file !== undefined && "problem" in file) {
        throw new StackFileError(`ssh.privateKeyFile: ${ssh?.privateKeyFile ?? ""} ${file.problem}`);
    }
    const privateKey = ssh?.privateKey ?? file?.text;
    return {
        address,
        port,
        hostKey,
        user,
        ...(privateKey === undefined ? {} : { privateKey }),
        ...(ssh?.privateKeyPassword === undefined ? {} : { privateKeyPassword: ssh.privateKeyPassword }),
        ...(agentSocket === undefined ? {} : { agentSocket }),
    };
}

function toHost(from: {
    name?: string | undefined;
    address?: string | undefined;
    port?: number | undefined;
    hostKey?: string | undefined;
}): Host {
    return {
        address: from.address ?? "",
        port: from.port ?? 22,
        ...(from.name === undefined ? {} : { name: from.name }),
        ...(from.hostKey === undefined ? {} : { pinned: from.hostKey }),
    };
}

function userOf(user: string | undefined): { user?: string } {
    return user === undefined ? {} : { user };
}
