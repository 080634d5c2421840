import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { readScript, RemoteStep, stepFacts, type Credentials, type Host } from "../remote";

/** What is made of every laptop; the defaults and meanings are those of the settings' section `prepare`. */
export interface PrepareSettings {
    readonly journaldMaxUse: string;
    readonly unattendedUpgrades: boolean;
    readonly timeSync: boolean;
    /** Percent; 0 leaves the limit alone. */
    readonly batteryChargeLimit: number;
    /** Percent; 0 switches the shutdown off. */
    readonly shutdownAtBatteryPercent: number;
    /** Host name to IP address. */
    readonly hosts: Readonly<Record<string, string>>;
}

/** Arguments of {@link prepareLaptop}. */
export interface PrepareArgs {
    readonly host: Host;
    readonly credentials: Credentials;
    readonly verdict: pulumi.Input<string>;
    readonly settings: PrepareSettings;
    /** Addresses of all laptops, which an active firewall must let in. */
    readonly nodeIps: readonly string[];
    /** Networks of pods and services, CIDR. */
    readonly clusterNetworks: readonly string[];
}

const scripts = path.join(__dirname, "scripts");

/** Installing nothing and restarting small services only, this is done in seconds on any laptop. */
const deadlineSeconds = 120;

/** Makes one laptop stay up, on time and patched (scripts/prepare.sh says how). */
export function prepareLaptop(name: string, args: PrepareArgs, opts: pulumi.ComponentResourceOptions) {
    return new RemoteStep(
        name,
        {
            host: args.host,
            credentials: args.credentials,
            title: "prepare",
            script: readScript(scripts, "laptop.sh") + readScript(scripts, "prepare.sh"),
            removeScript: readScript(scripts, "laptop.sh") + readScript(scripts, "restore.sh"),
            inputs: {
                preflight: args.verdict,
                journald_max_use: args.settings.journaldMaxUse,
                unattended_upgrades: args.settings.unattendedUpgrades,
                time_sync: args.settings.timeSync,
                battery_charge_limit: args.settings.batteryChargeLimit,
                shutdown_at_battery_percent: args.settings.shutdownAtBatteryPercent,
                hosts_entries: pulumi.output(args.settings.hosts),
                cluster_networks: pulumi.output([...args.clusterNetworks]),
                peer_addresses: pulumi.output([...args.nodeIps]),
            },
            facts: stepFacts,
            deadlineSeconds,
        },
        opts,
    );
}
