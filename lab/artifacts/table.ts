/** One thing that is built on this machine. Paths are relative to the repository's root. */
export interface ArtifactDefinition {
    /** The folder whose files are the artifact's inputs; it holds `build.sh <out-folder>`. */
    readonly folder: string;
    /** Another folder whose files are inputs too, but for the artifacts in it: what is built once more in another way. */
    readonly shares?: string;
    /** Artifacts that are built before; `build.sh` finds their folders in `ARTIFACT_<NAME>`. */
    readonly needs: readonly ArtifactName[];
    /** Whether `build.sh` calls Go. */
    readonly go: boolean;
    /** Files of this machine that become part of the artifact, with the Debian package that brings each. */
    readonly hostFiles?: Readonly<Record<string, string>>;
}

export const artifactNames = [
    "airgap-images",
    "containerd",
    "image-busybox",
    "image-coredns",
    "image-local-path-provisioner",
    "image-pause",
    "image-traefik",
    "k3s",
    "k3s-previous",
    "laptop-rootfs",
] as const;

export type ArtifactName = (typeof artifactNames)[number];

const cniPlugins = Object.fromEntries(
    ["bridge", "host-local", "loopback", "portmap", "ptp"].map((name) => [
        `/usr/lib/cni/${name}`,
        "containernetworking-plugins",
    ]),
);

/** What both versions of the stand-in are put together from. */
const k3s = {
    needs: ["airgap-images", "containerd", "image-traefik"],
    go: true,
    hostFiles: { "/usr/sbin/runc": "runc", ...cniPlugins },
} as const;

/** Everything the lab builds where nothing but package registries can be reached. */
export const table: Readonly<Record<ArtifactName, ArtifactDefinition>> = {
    "airgap-images": {
        folder: "lab/images/airgap",
        needs: ["image-busybox", "image-coredns", "image-local-path-provisioner", "image-pause", "image-traefik"],
        go: true,
    },
    containerd: { folder: "lab/k3s/containerd", needs: [], go: true },
    "image-busybox": {
        folder: "lab/images/busybox",
        needs: [],
        go: false,
        hostFiles: { "/bin/busybox": "busybox-static" },
    },
    "image-coredns": { folder: "lab/images/coredns", needs: [], go: true },
    "image-local-path-provisioner": { folder: "lab/images/local-path-provisioner", needs: [], go: true },
    "image-pause": { folder: "lab/images/pause", needs: [], go: true },
    "image-traefik": { folder: "lab/images/traefik", needs: [], go: true },
    k3s: { folder: "lab/k3s", ...k3s },
    // Built for the tests and the benches only: what an upgrade starts from.
    "k3s-previous": { folder: "lab/k3s/previous", shares: "lab/k3s", ...k3s },
    "laptop-rootfs": { folder: "lab/laptops/rootfs", needs: [], go: false },
};
