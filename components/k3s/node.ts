import * as path from "node:path";

import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { connection, once, readScript, RemoteStep, stepFacts, type Credentials, type Host } from "../remote";
import { downloadUrls, type ArtifactKind, type ArtifactSource } from "./artifact";
import { kubeletShutdownConfig, unitFile, unitName } from "./unit-file";

/** Arguments of a {@link K3sNode}. */
export interface K3sNodeArgs {
    readonly host: Host;
    readonly credentials: Credentials;
    readonly role: "server" | "agent";
    readonly version: string;
    readonly binary: ArtifactSource;
    readonly airgapImages: ArtifactSource;
    /** Text of config.yaml; secret, since the token is in it. */
    readonly configFile: pulumi.Output<string>;
    /** What must be done before files are pushed: the preparation of all laptops. Every laptop is staged before one is changed. */
    readonly stageAfter: pulumi.Output<unknown>;
    /** What must be done before this laptop's k3s is touched: the node before it. */
    readonly after: pulumi.Output<unknown>;
    readonly allowRemoval: boolean;
    readonly removeData: boolean;
    /** Seconds within which k3s must be ready. */
    readonly deadlineSeconds: number;
}

const nodeFacts = stepFacts.extend({
    version: z.string(),
    /** When systemd last saw the unit become active, as systemd prints it. */
    startedAt: z.string(),
    restarted: z.boolean(),
    /** A server's secure join token for agents. */
    agentToken: z.string().optional(),
});

/** Facts of a running k3s. */
export type NodeFacts = z.infer<typeof nodeFacts>;

const scripts = path.join(__dirname, "scripts");

/** k3s on one laptop: binary, images, configuration and unit, restarted only when one of them changed. */
export class K3sNode extends pulumi.ComponentResource {
    public readonly facts: pulumi.Output<NodeFacts>;

    constructor(name: string, args: K3sNodeArgs, opts?: pulumi.ComponentResourceOptions) {
        super("onprem-blog:k3s:Node", name, {}, opts);

        const binary = this.upload(`${name}-binary`, "binary", args.binary, args);
        const images = this.upload(`${name}-images`, "airgapImages", args.airgapImages, args);
        const binaryUrls = downloadUrls("binary", args.binary, args.version);
        const imagesUrls = downloadUrls("airgapImages", args.airgapImages, args.version);

        const step = new RemoteStep(
            name,
            {
                host: args.host,
                credentials: args.credentials,
                title: "install k3s",
                script: readScript(scripts, "install.sh"),
                removeScript: readScript(scripts, "remove.sh"),
                inputs: {
                    role: args.role,
                    unit: unitName(args.role),
                    version: args.version,
                    source: args.binary.source,
                    uploaded: binary,
                    url_amd64: binaryUrls.amd64,
                    url_arm64: binaryUrls.arm64,
                    sha256_amd64: args.binary.sha256.amd64 ?? "",
                    sha256_arm64: args.binary.sha256.arm64 ?? "",
                    images_source: args.airgapImages.source,
                    images_uploaded: images,
                    images_url_amd64: imagesUrls.amd64,
                    images_url_arm64: imagesUrls.arm64,
                    images_sha256_amd64: args.airgapImages.sha256.amd64 ?? "",
                    images_sha256_arm64: args.airgapImages.sha256.arm64 ?? "",
                    node_name: args.host.name,
                    config_file: args.configFile,
                    unit_file: unitFile(args.role),
                    kubelet_config: kubeletShutdownConfig,
                    allow_removal: args.allowRemoval,
                    remove_data: args.removeData,
                    // The value says nothing; that it's known says that what must come before is done.
                    after: once(args.after, "done"),
                },
                facts: nodeFacts,
                deadlineSeconds: args.deadlineSeconds,
            },
            { parent: this },
        );
        this.facts = step.facts;
        this.registerOutputs({});
    }

    /** Pushes a local file to the login user's home and returns its path there; empty for every other source. */
    private upload(
        name: string,
        kind: ArtifactKind,
        artifact: ArtifactSource,
        args: K3sNodeArgs,
    ): pulumi.Input<string> {
        if (artifact.source !== "file" || artifact.path === undefined) {
            return "";
        }
        const remotePath = `onprem-blog-${kind}-${args.version}`;
        const copy = new command.remote.CopyToRemote(
            name,
            {
                connection: connection(args.host, args.credentials),
                source: new pulumi.asset.FileAsset(artifact.path),
                remotePath: once(args.stageAfter, remotePath),
            },
            { parent: this },
        );
        return copy.remotePath;
    }
}
