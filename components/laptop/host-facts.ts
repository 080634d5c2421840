import { z } from "zod";

import { stepFacts } from "../remote";

/** What the preflight tells of one laptop (scripts/preflight.sh). Sizes are MiB, times are seconds. */
export const hostFacts = stepFacts.extend({
    epochSeconds: z.number(),
    operatingSystem: z.string(),
    operatingSystemVersion: z.string(),
    machine: z.string(),
    kernel: z.string(),
    hostname: z.string(),
    machineIdDigest: z.string(),
    systemd: z.boolean(),
    addresses: z.array(z.object({ interface: z.string(), address: z.string() })),
    memoryMiB: z.number(),
    swapMiB: z.number(),
    dataFolder: z.string(),
    diskFreeMiB: z.number(),
    inodesFree: z.number().nullable(),
    loginUser: z.string(),
    /** The login user's home, where files are pushed to. */
    homeFolder: z.string(),
    homeFreeMiB: z.number(),
    /** Under /usr/local/bin. */
    binariesFreeMiB: z.number(),
    /** First line that the login shell printed by itself; it would stand in the way of SFTP. */
    shellNoise: z.string(),
    listening: z.array(z.object({ protocol: z.enum(["tcp", "udp"]), port: z.number(), process: z.string() })),
    cgroupVersion: z.union([z.literal(1), z.literal(2)]),
    missingModules: z.array(z.string()),
    missingCommands: z.array(z.string()),
    k3s: z.object({ version: z.string(), role: z.enum(["none", "server", "agent"]), managed: z.boolean() }).nullable(),
    k3sData: z.enum(["none", "server", "agent"]),
    /** Digest of the certificate authority that the data belongs to, by which clusters are told apart; empty without data. */
    k3sCaDigest: z.string(),
    /** Days until the first of k3s's own certificates ends, negative when it has; null where there is none. */
    certificateDaysLeft: z.number().nullable(),
    /** Files of config.yaml.d that this program did not write. */
    foreignConfigFiles: z.array(z.string()),
    lid: z.string(),
    sleepMasked: z.boolean(),
    power: z.enum(["mains", "battery", "unknown"]),
    batteryPercent: z.number().nullable(),
    firewall: z.enum(["none", "ufw", "firewalld"]),
});

export type HostFacts = z.infer<typeof hostFacts>;
