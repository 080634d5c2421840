import type { LaptopSpec } from "./index";

/** Laptops get the addresses from here on, one after another; those before are the machine's own and spare. */
const FIRST = 11;
const LAST = 254;

/**
 * One more laptop for a lab that has others.
 *
 * @throws Error for a name that no host may have.
 */
export function addedLaptop(
    name: string,
    role: string,
    there: readonly LaptopSpec[],
    subnet: string,
    user: string,
): LaptopSpec {
    if (!/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
        throw new Error(`laptop ${JSON.stringify(name)}: wanted a name of lower-case letters, digits and dashes`);
    }
    const used = new Set(there.map(({ address }) => address));
    for (let host = FIRST; host <= LAST; host++) {
        const address = `${subnet}.${host}`;
        if (!used.has(address)) return { name, role, address, user };
    }
    throw new Error(`laptop ${name}: every address of ${subnet}.0/24 is in use; remove a laptop first`);
}

/** known_hosts with the one key that an address has from now on, or none. */
export function withHostKey(knownHosts: string, address: string, hostKey?: string): string {
    const others = knownHosts.split("\n").filter((line) => line !== "" && !line.startsWith(`${address} `));
    return [...others, ...(hostKey === undefined ? [] : [`${address} ${hostKey}`])].map((line) => `${line}\n`).join("");
}
