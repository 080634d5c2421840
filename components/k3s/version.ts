/** A k3s version, e.g. `v1.36.5+k3s1`. */
export interface K3sVersion {
    readonly major: number;
    readonly minor: number;
    readonly patch: number;
    /** The part after `+k3s`: k3s's own revision of the same Kubernetes version. */
    readonly revision: number;
}

/** Reads a k3s version; undefined when the text isn't one. */
export function parseVersion(text: string): K3sVersion | undefined {
    const match = /^v(\d+)\.(\d+)\.(\d+)\+k3s(\d+)$/.exec(text);
    if (match === null) {
        return undefined;
    }
    const [major = 0, minor = 0, patch = 0, revision = 0] = match.slice(1).map(Number);
    return { major, minor, patch, revision };
}

/** Negative when `a` is older than `b`, 0 when they are the same, positive when it is newer. */
export function compareVersions(a: K3sVersion, b: K3sVersion): number {
    return a.major - b.major || a.minor - b.minor || a.patch - b.patch || a.revision - b.revision;
}

/**
 * Why k3s may not go from one version to another in one step, or undefined when it may.
 * Kubernetes supports no downgrade, and upgrades of one minor version at a time.
 */
export function upgradeFault(installed: string, wanted: string): string | undefined {
    const from = parseVersion(installed);
    const to = parseVersion(wanted);
    if (from === undefined || to === undefined || compareVersions(from, to) === 0) {
        return undefined;
    }
    if (compareVersions(from, to) > 0) {
        return `k3s ${installed} is installed and k3s.version asks for the older ${wanted}; Kubernetes can't go back: set k3s.version to ${installed} or newer`;
    }
    if (from.major !== to.major || to.minor - from.minor > 1) {
        return `k3s ${installed} is installed and k3s.version asks for ${wanted}, more than one minor version ahead; go to v${from.major}.${from.minor + 1} first`;
    }
    return undefined;
}
