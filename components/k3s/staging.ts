import * as path from "node:path";

import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import { connection, once, readScript, RemoteStep, stepFacts, type Credentials, type Host } from "../remote";
import { downloadUrls, type ArtifactKind, type ArtifactSource } from "./artifact";

/** A k3s release, and where its files come from. */
export interface K3sRelease {
    readonly version: string;
    readonly binary: ArtifactSource;
    readonly airgapImages: ArtifactSource;
}

/** Arguments of {@link K3sStaging}. */
export interface K3sStagingArgs {
    readonly host: Host;
    readonly credentials: Credentials;
    readonly release: K3sRelease;
    /** What must be done before anything is put on the laptop: the preparation of all of them. */
    readonly after: pulumi.Output<unknown>;
    /** Seconds within which the files must be there. */
    readonly deadlineSeconds: number;
}

const scripts = path.join(__dirname, "scripts");

/**
 * The files of a k3s release on one laptop, verified and not yet in use. Every laptop is staged before k3s is touched on
 * any: a mirror that fails, a wrong sum or a full disk then changes nothing.
 */
export class K3sStaging extends pulumi.ComponentResource {
    /** Resolves when the files are there. */
    public readonly done: pulumi.Output<unknown>;

    constructor(name: string, args: K3sStagingArgs, opts?: pulumi.ComponentResourceOptions) {
        super("onprem-blog:k3s:Staging", name, {}, opts);

        const { release } = args;
        const binary = this.upload(`${name}-binary`, "binary", args);
        const images = this.upload(`${name}-images`, "airgapImages", args);
        const binaryUrls = downloadUrls("binary", release.binary, release.version);
        const imagesUrls = downloadUrls("airgapImages", release.airgapImages, release.version);
        const step = new RemoteStep(
            name,
            {
                host: args.host,
                credentials: args.credentials,
                title: "stage k3s",
                script: readScript(scripts, "files.sh") + readScript(scripts, "stage.sh"),
                inputs: {
                    version: release.version,
                    source: release.binary.source,
                    uploaded: binary,
                    url_amd64: binaryUrls.amd64,
                    url_arm64: binaryUrls.arm64,
                    images_source: release.airgapImages.source,
                    images_uploaded: images,
                    images_url_amd64: imagesUrls.amd64,
                    images_url_arm64: imagesUrls.arm64,
                    ...sums(release),
                    after: once(args.after, "done"),
                },
                facts: stepFacts,
                deadlineSeconds: args.deadlineSeconds,
            },
            { parent: this },
        );
        this.done = step.facts;
        this.registerOutputs({});
    }

    /** Pushes a local file to the login user's home and returns its path there; empty for every other source. */
    private upload(name: string, kind: ArtifactKind, args: K3sStagingArgs): pulumi.Input<string> {
        const artifact = args.release[kind];
        if (artifact.source !== "file" || artifact.path === undefined) {
            return "";
        }
        const copy = new command.remote.CopyToRemote(
            name,
            {
                connection: connection(args.host, args.credentials),
                source: new pulumi.asset.FileAsset(artifact.path),
                remotePath: once(args.after, `onprem-blog-${kind}-${args.release.version}`),
            },
            { parent: this },
        );
        return copy.remotePath;
    }
}

/** The sums as the scripts take them; empty for an architecture without one. */
export function sums({ binary, airgapImages }: K3sRelease) {
    return {
        sha256_amd64: binary.sha256.amd64 ?? "",
        sha256_arm64: binary.sha256.arm64 ?? "",
        images_sha256_amd64: airgapImages.sha256.amd64 ?? "",
        images_sha256_arm64: airgapImages.sha256.arm64 ?? "",
    };
}
