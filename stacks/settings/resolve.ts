import { isIPv4 } from "node:net";
import type { Context } from "./context";
import { UNKNOWN_SECRET, type PlainSecret } from "./plain-secret";
import type { Shape } from "./schema";
import type { Artifact, Laptop, Settings, Ssh } from "./types";

/** Settings of the final form from faultless ones: the defaults that come from another key. */
export function resolve(shape: Shape, context: Context): Settings<PlainSecret> {
    const { version } = shape.k3s;
    return {
        domain: shape.domain,
        laptops: shape.laptops.map((laptop) => resolveLaptop(laptop, shape.ssh)),
        ssh: resolveSsh(shape.ssh, context),
        preflight: shape.preflight,
        prepare: shape.prepare,
        k3s: {
            ...shape.k3s,
            binary: resolveArtifact("binary", version, shape.k3s.binary, context),
            airgapImages: resolveArtifact("airgapImages", version, shape.k3s.airgapImages, context),
        },
        hello: { ...shape.hello, host: shape.hello.host ?? `hello.${shape.domain}` },
    };
}

function resolveLaptop(laptop: Shape["laptops"][number], ssh: Shape["ssh"]): Laptop<PlainSecret> {
    const { user, nodeIp, sudoPassword = ssh.sudoPassword, ...rest } = laptop;
    return {
        ...rest,
        user: required(user ?? ssh.user),
        nodeIp: required(nodeIp ?? (isIPv4(laptop.address) ? laptop.address : undefined)),
        ...(sudoPassword === undefined ? {} : { sudoPassword }),
    };
}

function resolveSsh(ssh: Shape["ssh"], context: Context): Ssh<PlainSecret> {
    const { user, privateKeyFile, privateKeyPassword, agent, jumpHost } = ssh;
    const privateKey = ssh.privateKey ?? (privateKeyFile === undefined ? undefined : readKey(privateKeyFile, context));
    return {
        ...(user === undefined ? {} : { user }),
        ...(privateKey === undefined ? {} : { privateKey }),
        ...(privateKeyPassword === undefined ? {} : { privateKeyPassword }),
        agent,
        ...(jumpHost === undefined ? {} : { jumpHost: { ...jumpHost, user: required(jumpHost.user ?? user) } }),
    };
}

function readKey(path: string, context: Context): PlainSecret {
    const file = context.readFile(path);
    return "text" in file ? file.text : UNKNOWN_SECRET;
}

function resolveArtifact(
    key: "binary" | "airgapImages",
    version: string,
    artifact: Shape["k3s"]["binary"],
    context: Context,
): Artifact {
    const { path, sha256, ...rest } = artifact;
    return {
        ...rest,
        ...(path === undefined ? {} : { path: context.expandHome(path) }),
        sha256: { ...context.releases[version]?.[key], ...sha256 },
    };
}

/** A value that the cross-checks have seen to be there. */
function required<T>(value: T | undefined): T {
    if (value === undefined) throw new Error("the settings were resolved before they were checked");
    return value;
}
