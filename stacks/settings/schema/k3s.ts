import * as z from "zod";
import { parseVersion } from "../../../components/k3s/version";
import { isAddress, isHostname } from "../syntax";
import { fieldDocs, report, secret, sha256Schema, text, wholeNumber, type Objection } from "./field";

/** The newest release of components/k3s/releases.ts that k3s's own stable channel has carried. */
export const DEFAULT_VERSION = "v1.36.5+k3s1";

/** Keys of k3s's config.yaml that the program writes itself, and what decides them. */
const OWNED: Readonly<Record<string, string>> = {
    token: "Use k3s.token",
    "token-file": "Use k3s.token",
    "agent-token": "Use k3s.agentToken",
    "agent-token-file": "Use k3s.agentToken",
    "private-registry": "Use k3s.registries",
    server: "Agents join by the first server's nodeIp",
    "node-name": "Use laptops[].name",
    "node-ip": "Use laptops[].nodeIp",
    "flannel-iface": "Use laptops[].interface",
    "node-label": "Use laptops[].labels",
    "node-taint": "Use laptops[].taints",
    "tls-san": "Use k3s.tlsSans",
    "cluster-init": "It follows from the number of laptops with role server",
    "write-kubeconfig-mode": "The kubeconfig on a laptop is always readable by root alone",
    "secrets-encryption": "Secrets are always encrypted at rest",
};

const config = (who: string) =>
    z
        .record(z.string(), z.unknown())
        .superRefine((value, context) => {
            for (const key of Object.keys(value)) {
                // `node-label+` appends to node-label: k3s's own notation.
                const plain = key.replace(/\+$/, "").replace(/^-+/, "");
                const owner = OWNED[plain];
                if (owner !== undefined) {
                    report(context, [key], {
                        found: "a key that the program writes itself",
                        wanted: "other keys",
                        hint: owner,
                    });
                } else if (!/^[a-z0-9]+(?:-[a-z0-9]+)*\+?$/.test(key)) {
                    report(context, [key], {
                        found: `the key ${JSON.stringify(key)}`,
                        wanted: "a k3s option without its dashes, such as kubelet-arg",
                    });
                }
            }
        })
        .default({})
        .register(fieldDocs, {
            description: `Extra keys of k3s's config.yaml on ${who}, as in k3s's documentation.${
                who === "every laptop" ? "" : " A key here replaces that of `config`, a list included."
            }`,
            wanted: "a map of k3s options without their dashes, such as kubelet-arg",
        });

function mirror(value: string): Objection | boolean {
    if (!URL.canParse(value)) return {};
    const url = new URL(value);
    if (url.username !== "" || url.password !== "") {
        return {
            found: "an address with a user or password",
            hint: "Use a mirror that needs none: the sha256 guards the file",
        };
    }
    return /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "";
}

const artifact = (
    what: string,
    file: string,
    sources: readonly ["release", ...("mirror" | "file" | "none")[]],
    source: string,
) =>
    z
        .strictObject({
            source: z
                .enum(sources)
                .default(source as (typeof sources)[number])
                .register(fieldDocs, {
                    description: `Where ${what} from: k3s's own release, a mirror, ${
                        sources.includes("none")
                            ? "a file on the workstation, or nowhere"
                            : "or a file on the workstation"
                    }.`,
                    wanted: `one of ${sources.join(", ")}`,
                }),
            url: text(mirror)
                .transform((value) => value.replace(/\/+$/, ""))
                .optional()
                .register(fieldDocs, {
                    description: `Base address of the mirror: <url>/<version>/${file}.`,
                    wanted: "an address that starts with http:// or https://, without user, query or fragment",
                }),
            path: text((value) => value.trim() !== "")
                .optional()
                .register(fieldDocs, {
                    description:
                        "The file, for source file; `~` is the home folder, a relative path starts at the project's folder.",
                    wanted: "the path of a file",
                }),
            sha256: z
                .strictObject({ amd64: sum("amd64"), arm64: sum("arm64") })
                .prefault({})
                .register(fieldDocs, {
                    description:
                        "sha256 sums by architecture, for a version that is not in components/k3s/releases.ts.",
                    wanted: "a map of amd64 or arm64 to a sha256",
                }),
        })
        .prefault({})
        .register(fieldDocs, {
            description: `Where ${what} from. It is checked against a sha256 before anything is installed.`,
            wanted: "a map with source",
        });

const sum = (architecture: string) =>
    sha256Schema
        .clone()
        .optional()
        .register(fieldDocs, {
            description: `sha256 for ${architecture}.`,
            wanted: "a sha256: 64 lower-case hexadecimal digits",
            defaultText: "that of components/k3s/releases.ts",
        });

/** What k3s takes as a token: a password, or the long form `K10<hash of the CA>::server:<password>`. */
const token = (description: string) =>
    secret((value) => {
        if (/\s/.test(value)) return { found: "a text with white space" };
        if (value.length < 16) return { found: "a short text" };
        return true;
    })
        .optional()
        .register(fieldDocs, {
            description,
            wanted: "at least 16 characters without white space",
            secret: true,
            defaultText: "generated once",
        });

const renewal = (what: string) =>
    wholeNumber(1, 1_000_000)
        .default(1)
        .register(fieldDocs, {
            description: `Raise it by one to ${what}.`,
            wanted: "a whole number from 1 on",
        });

const registriesSchema = z
    .record(
        z.string(),
        z
            .strictObject({
                endpoints: z
                    .array(
                        text(mirror)
                            .transform((value) => value.replace(/\/+$/, ""))
                            .register(fieldDocs, {
                                description: "An address.",
                                wanted: "an address that starts with http:// or https://, without user, query or fragment",
                            }),
                    )
                    .default([])
                    .register(fieldDocs, {
                        description: "Addresses asked in this order, before the registry itself.",
                        wanted: "a list of addresses",
                    }),
                username: text((value) => value.trim() !== "")
                    .optional()
                    .register(fieldDocs, { description: "User of the registry.", wanted: "a name" }),
                password: secret().optional().register(fieldDocs, {
                    description: "Password or token of that user.",
                    wanted: "a password",
                    secret: true,
                }),
            })
            .register(fieldDocs, {
                description: "How one registry is reached.",
                wanted: "a map with endpoints or username",
            }),
    )
    .superRefine((value, context) => {
        for (const [host, { username, password }] of Object.entries(value)) {
            if (!/^(\*|[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d+)?)$/.test(host)) {
                report(context, [host], {
                    found: `the key ${JSON.stringify(host)}`,
                    wanted: "the host of a registry, such as docker.io or harbor.example.org:8443",
                });
            }
            if ((username === undefined) !== (password === undefined)) {
                report(context, [host], {
                    found: username === undefined ? "password without username" : "username without password",
                    wanted: "both or none",
                });
            }
        }
    })
    .default({})
    .register(fieldDocs, {
        description:
            "Registries that containerd reaches otherwise than by their own name, by host: k3s's registries.yaml. A change restarts k3s on every laptop.",
        wanted: "a map of registry hosts",
    });

export const k3sSchema = z
    .strictObject({
        version: text((value) => {
            if (parseVersion(value) !== undefined) return true;
            return parseVersion(`v${value}`) !== undefined ? { hint: `Did you mean "v${value}"?` } : {};
        })
            .default(DEFAULT_VERSION)
            .register(fieldDocs, {
                description:
                    "k3s release. It must be in components/k3s/releases.ts (`npm run k3s:pin` adds one), or its sha256 be given here.",
                wanted: "a release such as v1.36.5+k3s1",
            }),
        binary: artifact("the k3s binary comes", "k3s", ["release", "mirror", "file"], "release"),
        airgapImages: artifact(
            "the images of k3s's own pods come",
            "k3s-airgap-images-<architecture>.tar.zst",
            ["release", "mirror", "file", "none"],
            "none",
        ),
        config: config("every laptop"),
        serverConfig: config("servers"),
        agentConfig: config("agents"),
        tlsSans: z
            .array(
                text((value) => isAddress(value) || (value.startsWith("*.") && isHostname(value.slice(2)))).register(
                    fieldDocs,
                    {
                        description: "A name.",
                        wanted: "a hostname or an IP address",
                    },
                ),
            )
            .default([])
            .register(fieldDocs, {
                description: "Extra names and addresses for the certificate of the Kubernetes API.",
                wanted: "a list of hostnames and IP addresses",
            }),
        apiAddress: text(isAddress).optional().register(fieldDocs, {
            description: "Name or address of the Kubernetes API for the kubeconfig, as the workstation reaches it.",
            wanted: "a hostname or an IP address",
            defaultText: "the first server's `address`",
        }),
        token: token("Token by which servers join. Give it only to rebuild a cluster on kept data."),
        agentToken: token("Token by which agents join. Give it only to rebuild a cluster on kept data."),
        agentTokenRenewal: renewal("generate a new token for agents (without `agentToken`)"),
        registries: registriesSchema,
        allowRemoval: z.boolean().default(false).register(fieldDocs, {
            description:
                "Allow `pulumi destroy`, and a laptop taken out of this file, to remove k3s. It must be applied by an `up` before.",
            wanted: "true or false",
        }),
        removeData: z.boolean().default(false).register(fieldDocs, {
            description: "With allowRemoval: remove the cluster's data on the laptop as well.",
            wanted: "true or false",
        }),
        kubeconfigRenewal: renewal("renew the token in the kubeconfig"),
        certificateRenewal: renewal(
            "renew the certificates of k3s, which end after a year and are renewed by themselves only when k3s starts within 120 days of that",
        ),
        drainTimeoutSeconds: wholeNumber(10, 7200).default(300).register(fieldDocs, {
            description:
                "How long moving the pods of one laptop away may take, before an upgrade or a removal, in seconds.",
            wanted: "a whole number from 10 to 7200",
        }),
        timeoutSeconds: wholeNumber(60, 7200).default(600).register(fieldDocs, {
            description: "How long installing k3s and waiting for a node may take on one laptop, in seconds.",
            wanted: "a whole number from 60 to 7200",
        }),
    })
    .prefault({})
    .register(fieldDocs, { description: "The Kubernetes distribution.", wanted: "a map" });
