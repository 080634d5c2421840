import { isIPv4 } from "node:net";
import type { Context } from "../context";
import type { View } from "../draft";
import { show, type Fault } from "../fault";
import { PLACEHOLDER } from "../host-key";
import type { KeyPath } from "../path";
import { isInNetwork, whyUnreachable } from "../syntax";

/** k3s's defaults for cluster-cidr and service-cidr. */
const CLUSTER_NETWORKS = [
    { option: "cluster-cidr", what: "the pods' network", network: "10.42.0.0/16" },
    { option: "service-cidr", what: "the services' network", network: "10.43.0.0/16" },
] as const;

export function checkLaptops(view: View): Fault[] {
    return [
        ...checkRoles(view),
        ...checkNames(view),
        ...checkAddresses(view),
        ...checkNodeIps(view),
        ...checkClusterNetworks(view),
    ];
}

/** A preview may be made before there are laptops; an `up` would wait for each until its connection fails. */
export function checkPlaceholders({ settings: { laptops = [], ssh } }: View, { dryRun }: Context): Fault[] {
    if (dryRun) return [];
    const keys: [KeyPath, string | undefined][] = [
        ...laptops.map((laptop, index): [KeyPath, string | undefined] => [
            ["laptops", index, "hostKey"],
            laptop?.hostKey,
        ]),
        [["ssh", "jumpHost", "hostKey"], ssh?.jumpHost?.hostKey],
    ];
    return keys
        .filter(([, key]) => key === PLACEHOLDER)
        .map(([path]) => ({
            path,
            found: "the placeholder",
            wanted: "the machine's own host key",
            hint: "Print it: npm run hosts:scan",
        }));
}

function checkRoles({ settings: { laptops = [] } }: View): Fault[] {
    const roles = laptops.map((laptop) => laptop?.role);
    if (roles.length === 0 || roles.includes(undefined)) return [];
    const servers = roles.filter((role) => role === "server").length;
    if (servers === 0) {
        return [
            {
                path: ["laptops"],
                found: "no laptop with role server",
                wanted: "at least one",
                hint: "Give the laptop that runs the control plane `role: server`",
            },
        ];
    }
    if (servers % 2 === 1) return [];
    return [
        {
            path: ["laptops"],
            found: `${String(servers)} laptops with role server`,
            wanted: "one, or an odd number from three on",
            hint: `Servers decide by majority: ${String(servers)} survive the loss of no more laptops than ${String(servers - 1)} would. Make one of them an agent`,
        },
    ];
}

function checkNames({ settings: { laptops = [] } }: View): Fault[] {
    const names = laptops.map((laptop) => laptop?.name);
    return duplicates(names).map(({ index, first, value }) => ({
        path: ["laptops", index, "name"],
        found: show(value),
        wanted: "a name of its own",
        hint: `laptops[${String(first)}] has the same`,
    }));
}

/** Two laptops may share an address when their ports differ: a router that forwards. */
function checkAddresses({ settings: { laptops = [] } }: View): Fault[] {
    return duplicates(laptops.map(endpoint)).map(({ index, first, value }) => ({
        path: ["laptops", index, "address"],
        found: value,
        wanted: "an address and port of its own",
        hint: `laptops[${String(first)}] has the same`,
    }));
}

function endpoint(laptop: NonNullable<View["settings"]["laptops"]>[number] | undefined): string | undefined {
    if (laptop?.address === undefined || laptop.port === undefined) return undefined;
    return `${JSON.stringify(laptop.address.toLowerCase())} with port ${String(laptop.port)}`;
}

function checkNodeIps(view: View): Fault[] {
    const { laptops = [] } = view.settings;
    const missing = laptops.flatMap((laptop, index): Fault[] => {
        const address = laptop?.address;
        if (address === undefined || view.isSet("laptops", index, "nodeIp")) return [];
        if (isIPv4(address) && whyUnreachable(address) === undefined) return [];
        return [
            {
                path: ["laptops", index, "nodeIp"],
                wanted: "an IPv4 address at which the other laptops reach this one",
                hint: `The address ${show(address)} cannot be taken for it`,
            },
        ];
    });
    // The same address and port twice is one fault, and it's reported as such.
    const twice = new Set(duplicates(laptops.map(endpoint)).map(({ index }) => index));
    const shared = duplicates(nodeIps(view).map((ip) => ip?.address)).filter(({ index }) => !twice.has(index));
    return [
        ...missing,
        ...shared.map(({ index, first, value }) => ({
            path: ["laptops", index, "nodeIp"],
            found: show(value),
            wanted: "a node IP of its own",
            hint: `laptops[${String(first)}] has the same`,
        })),
    ];
}

function checkClusterNetworks(view: View): Fault[] {
    const { k3s } = view.settings;
    return nodeIps(view).flatMap((ip, index) =>
        CLUSTER_NETWORKS.flatMap(({ option, what, network }): Fault[] => {
            const set = k3s?.serverConfig?.[option] ?? k3s?.config?.[option];
            const networks = typeof set === "string" ? set.split(",").map((part) => part.trim()) : [network];
            const around = ip && networks.find((candidate) => isInNetwork(ip.address, candidate));
            if (ip === undefined || around === undefined) return [];
            return [
                {
                    path: ["laptops", index, ip.key],
                    found: show(ip.address),
                    wanted: `an address outside ${what} ${around}`,
                    hint: `Give the laptop another address, or the cluster another network: k3s.serverConfig.${option}`,
                },
            ];
        }),
    );
}

/** The node IP of each laptop and the key that says it; undefined where that is missing or wrong. */
function nodeIps(view: View): ({ readonly key: "nodeIp" | "address"; readonly address: string } | undefined)[] {
    return (view.settings.laptops ?? []).map((laptop, index) => {
        if (laptop?.nodeIp !== undefined) return { key: "nodeIp", address: laptop.nodeIp };
        if (laptop?.address === undefined || view.isSet("laptops", index, "nodeIp")) return undefined;
        return isIPv4(laptop.address) && whyUnreachable(laptop.address) === undefined
            ? { key: "address", address: laptop.address }
            : undefined;
    });
}

function duplicates<T>(values: readonly (T | undefined)[]): { index: number; first: number; value: T }[] {
    return values.flatMap((value, index) => {
        const first = values.indexOf(value);
        return value === undefined || first === index ? [] : [{ index, first, value }];
    });
}
