import { Document, isMap, isScalar, isSeq, parseDocument, visit } from "yaml";
import { readStackFile } from "../stacks/settings/stack-file";
import type { LaptopSpec } from "./laptops";
import { STACK_FILE_SUBNET } from "./names";

/** Where k3s comes from in a completed stack file. */
export type K3sFiles =
    | {
          readonly source: "file";
          readonly version: string;
          readonly binary: FileAndSum;
          readonly airgapImages: FileAndSum;
      }
    /** The release's own; its images from the release too, or from their registry. */
    | {
          readonly source: "release";
          /** Left out: the version that the stack file names, or the program's default. */
          readonly version?: string;
          readonly images: "release" | "registry";
      };

export interface FileAndSum {
    /** Absolute. */
    readonly path: string;
    readonly sha256: string;
}

/** What is only known once the laptops are there. */
export interface Completion {
    /** First three parts of the lab's /24, e.g. `10.78.0`. */
    readonly subnet: string;
    /** `ssh-ed25519 AAAA...` by laptop. */
    readonly hostKeys: Readonly<Record<string, string>>;
    readonly privateKeyFile: string;
    /** Both encrypted as Pulumi does. */
    readonly encryptionsalt: string;
    readonly sudoPassword: string;
    /** Left out for bare laptops, on which the program is not run. */
    readonly k3s?: K3sFiles;
}

const NAMESPACE = "onprem-blog";

const at = (key: string, ...path: readonly (string | number)[]) => ["config", `${NAMESPACE}:${key}`, ...path];

/** The laptops that a stack file describes, with the addresses they have in a lab's subnet. */
export function laptopsOf(stackFile: string, subnet: string): LaptopSpec[] {
    const { config } = readStackFile(moveAddresses(parseDocument(stackFile), subnet).toString());
    const user = (config[`${NAMESPACE}:ssh`] as { user?: string } | undefined)?.user ?? "root";
    const laptops = (config[`${NAMESPACE}:laptops`] ?? []) as Partial<LaptopSpec>[];
    return laptops.map((laptop) => ({
        name: laptop.name ?? "",
        role: laptop.role ?? "",
        address: laptop.address ?? "",
        user: laptop.user ?? user,
    }));
}

/**
 * The committed stack file with all that a run needs. Pure: the same completion gives the same text, and comments stay.
 *
 * @throws Error for a laptop without a host key.
 */
export function completeStackFile(stackFile: string, completion: Completion): string {
    const document = moveAddresses(parseDocument(stackFile), completion.subnet);
    document.set("encryptionsalt", completion.encryptionsalt);
    laptopsOf(stackFile, completion.subnet).forEach(({ name }, index) => {
        const hostKey = completion.hostKeys[name];
        if (hostKey === undefined) throw new Error(`laptop ${name} has no host key: it was not made by this lab`);
        document.setIn(at("laptops", index, "hostKey"), hostKey);
    });
    document.setIn(at("ssh", "privateKeyFile"), completion.privateKeyFile);
    document.setIn(at("ssh", "sudoPassword"), document.createNode({ secure: completion.sudoPassword }));
    if (completion.k3s !== undefined) setK3s(document, completion.k3s);
    return document.toString({ lineWidth: 0 });
}

/** Names k3s's version and where its files come from, in place of what the stack file says. */
export function setK3s(document: Document, k3s: K3sFiles): void {
    if (k3s.version !== undefined) document.setIn(at("k3s", "version"), k3s.version);
    if (k3s.source === "release") {
        document.setIn(at("k3s", "binary"), document.createNode({ source: "release" }));
        const images = { source: k3s.images === "release" ? "release" : "none" };
        document.setIn(at("k3s", "airgapImages"), document.createNode(images));
        return;
    }
    const file = ({ path, sha256 }: FileAndSum) =>
        document.createNode({ source: "file", path, sha256: { amd64: sha256 } });
    document.setIn(at("k3s", "binary"), file(k3s.binary));
    document.setIn(at("k3s", "airgapImages"), file(k3s.airgapImages));
}

/** Every address of the subnet that the file is written for, wherever it stands, moved to another lab's subnet. */
function moveAddresses(document: Document, subnet: string): Document {
    const written = new RegExp(`\\b${STACK_FILE_SUBNET.replaceAll(".", "\\.")}\\.(?=\\d)`, "g");
    visit(document, {
        Scalar: (_, node) => {
            if (typeof node.value === "string") node.value = node.value.replace(written, `${subnet}.`);
        },
    });
    return document;
}

/** The plain value at a path of a stack file, e.g. ["onprem-blog:k3s", "version"]. */
export function valueIn(stackFile: string, path: readonly string[]): unknown {
    const node = parseDocument(stackFile).getIn(["config", ...path]);
    return isMap(node) || isSeq(node) ? node.toJSON() : isScalar(node) ? node.value : node;
}
