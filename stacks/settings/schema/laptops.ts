import { isIPv4 } from "node:net";
import * as z from "zod";
import { nearest } from "../suggest";
import {
    isInterfaceName,
    isLabelKey,
    isLabelValue,
    isNodeName,
    isReservedLabel,
    parseTaint,
    TAINT_EFFECTS,
    whyUnreachable,
} from "../syntax";
import { address, hostKey, port, user } from "./endpoint";
import { fieldDocs, report, secret, text } from "./field";

const name = text(
    (value) => isNodeName(value) || (isNodeName(value.toLowerCase()) ? { hint: "Capitals are not allowed" } : {}),
).register(fieldDocs, {
    description: "Name of the Kubernetes node. The hostname of the laptop may be another one.",
    wanted: "a name of lower-case letters, digits, - and ., at most 63 characters (RFC 1123)",
});

const role = z.enum(["server", "agent"]).register(fieldDocs, {
    description:
        "`server` runs the control plane, `agent` only workloads. One server, or an odd number from three on; the first one listed starts the cluster.",
    wanted: "one of server, agent",
});

const nodeIp = text((value) => {
    if (!isIPv4(value)) return {};
    const reason = whyUnreachable(value);
    return reason === undefined ? true : { hint: reason };
})
    .optional()
    .register(fieldDocs, {
        description: "IPv4 address by which the nodes reach each other, on the laptop's own interface.",
        wanted: "an IPv4 address at which the other laptops reach this one",
        defaultText: "`address`, when that is an IPv4 address",
    });

const networkInterface = text(isInterfaceName).optional().register(fieldDocs, {
    description: "Network interface that carries `nodeIp`, for the pods' network.",
    wanted: "the name of a network interface, such as enp3s0",
    defaultText: "the one that has `nodeIp`",
});

const labels = z
    .record(z.string(), z.string())
    .superRefine((value, context) => {
        for (const [key, label] of Object.entries(value)) {
            if (!isLabelKey(key)) {
                report(context, [key], { found: `the key ${JSON.stringify(key)}`, wanted: LABEL_KEY });
            } else if (isReservedLabel(key)) {
                report(context, [key], {
                    found: `the key ${JSON.stringify(key)}`,
                    wanted: "a label outside kubernetes.io and k8s.io",
                    hint: "Kubernetes does not let a node give itself that label (NodeRestriction); set it afterwards: kubectl label node",
                });
            } else if (!isLabelValue(label)) {
                report(context, [key], { wanted: LABEL_VALUE });
            }
        }
    })
    .default({})
    .register(fieldDocs, { description: "Labels of the node.", wanted: "a map of label to text" });

const LABEL_KEY =
    "a label such as disk or example.org/disk: letters, digits, - _ ., at most 63 characters after the prefix";
const LABEL_VALUE = "a label's value: letters, digits, - _ ., at most 63 characters, a letter or digit at both ends";

const taints = z
    .array(
        text((value) => {
            const taint = parseTaint(value);
            if (taint === undefined) return {};
            if (TAINT_EFFECTS.some((effect) => effect === taint.effect)) return true;
            const meant = nearest(taint.effect, TAINT_EFFECTS);
            return meant === undefined ? {} : { hint: `Did you mean "${meant}"?` };
        }).register(fieldDocs, {
            description: "A taint.",
            wanted: "key=value:Effect or key:Effect, the effect one of NoSchedule, PreferNoSchedule, NoExecute",
        }),
    )
    .superRefine((value, context) => {
        const seen = new Map<string, string>();
        for (const [index, item] of value.entries()) {
            const taint = parseTaint(item);
            if (taint === undefined) continue;
            const identity = `${taint.key}:${taint.effect}`;
            const first = seen.get(identity);
            if (first !== undefined) {
                report(context, [index], {
                    wanted: "each key and effect once",
                    hint: `${JSON.stringify(first)} has the same key and effect`,
                });
            }
            seen.set(identity, first ?? item);
        }
    })
    .default([])
    .register(fieldDocs, {
        description: "Taints of the node, each `key=value:Effect` or `key:Effect`.",
        wanted: "a list of taints",
    });

const laptop = z
    .strictObject({
        name,
        role,
        address: address("the laptop"),
        port: port(),
        user: user("User that logs in by SSH and may use sudo.", "`ssh.user`"),
        hostKey: hostKey("the laptop"),
        nodeIp,
        interface: networkInterface,
        labels,
        taints,
        lost: z.boolean().default(false).register(fieldDocs, {
            description:
                "The laptop is gone for good: an `up` then runs nothing on it and takes its node out of the cluster. Take it out of this file after that `up`, or destroy the stack.",
            wanted: "true or false",
        }),
        sudoPassword: secret(isOneLine).optional().register(fieldDocs, {
            description: "What sudo asks this laptop's user for.",
            wanted: "a password of one line",
            secret: true,
            defaultText: "`ssh.sudoPassword`",
        }),
    })
    .register(fieldDocs, { description: "One laptop.", wanted: "a map that describes one laptop" });

/** sudo -S reads one line. */
export function isOneLine(value: string): boolean {
    return !/[\r\n]/.test(value);
}

export const laptopsSchema = z.array(laptop).min(1).register(fieldDocs, {
    description: "The laptops, in any number. The first server listed is the one that starts the cluster.",
    wanted: "a list of at least one laptop",
});
