import { join, resolve } from "node:path";

/**
 * The labs a machine can hold side by side, and the /24 each has. The committed stack file is written for `lab`; the
 * others are for the tests and the benches, so that they never touch a lab somebody works in.
 */
export const SUBNETS = { lab: "10.77.0", test: "10.78.0", bench: "10.76.0" } as const;

export type LabName = keyof typeof SUBNETS;

/** The subnet that Pulumi.lab.yaml is written for. */
export const STACK_FILE_SUBNET: string = SUBNETS.lab;

/** @throws Error that names the labs there are. */
export function labName(name: string): LabName {
    if (Object.hasOwn(SUBNETS, name)) return name as LabName;
    const known = Object.entries(SUBNETS).map(([known, prefix]) => `${known} (${prefix}.0/24)`);
    throw new Error(
        `--name ${name}: there is no lab of this name. Each lab has a network of its own; take one of ${known.join(", ")}`,
    );
}

/** Everything a lab writes beside the cache: keys, passphrase, stack file, journal, the laptops' disks. */
export function stateFolder(repository: string, name: LabName, environment: NodeJS.ProcessEnv): string {
    const given = environment.ONPREM_BLOG_STATE;
    return given === undefined || given === "" ? join(repository, ".lab", name) : join(resolve(given), name);
}

export function networkName(name: LabName): string {
    return `onprem-blog-${name}`;
}

export function containerName(name: LabName, laptop: string): string {
    return `onprem-blog-${name}-${laptop}`;
}

/** `$ONPREM_BLOG_CACHE`, else a folder in the user's cache: what is built once per machine and safe to remove. */
export { cacheRoot as cacheFolder } from "./artifacts/cache";
