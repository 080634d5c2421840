/** The processor architectures for which k3s publishes binaries that this project installs. */
export type Architecture = "amd64" | "arm64";

/** sha256 sums (lower-case hex) of one k3s release, from the release's own `sha256sum-<arch>.txt`. */
export interface Release {
    readonly binary: Partial<Readonly<Record<Architecture, string>>>;
    readonly airgapImages: Partial<Readonly<Record<Architecture, string>>>;
}

/**
 * Every k3s release that can be installed without giving a sha256 in the settings.
 * `npm run k3s:pin -- <version>` adds one.
 */
export const releases: Readonly<Record<string, Release>> = {
    "v1.36.4+k3s1": {
        binary: {
            amd64: "835873f37245fc615f547a2fe2af9402a347875f13fa64a1f136de644955ea3f",
            arm64: "c920706346d5ad4e5cd3c7bf1bb09ce71ebe07fec829e513e40f1caf98aed8bb",
        },
        airgapImages: {
            amd64: "9024613e2d468c51ba0e5ba21898604c41339354449fb3338cc6a7931189eb6a",
        },
    },
    "v1.36.5+k3s1": {
        binary: {
            amd64: "d73847bcd3c5fccef0115b372e2f9a91f3032dc84bbf71518a4617565294d313",
        },
        airgapImages: {},
    },
};
