/** What one probe found: an answer, or why there was none. */
export type Probe = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** Which official sources this machine reaches. */
export interface Reach {
    /** The release of k3s that the stack file names, on GitHub. */
    readonly k3sRelease: Probe;
    /** docker.io. */
    readonly registry: Probe;
    /** Pulumi's CLI and plugins. */
    readonly pulumi: Probe;
    /** A `pulumi` on PATH, and whether the plugins that the program needs are installed beside it. */
    readonly pulumiOnPath?: { readonly version: string; readonly hasPlugins: boolean };
}

export type PartName = "engine" | "k3s" | "images" | "laptops";

/**
 * Where a part of the lab comes from. `official`: what an operator would use. `stand-in`: built here from packages
 * that can be had. `absent`: the lab goes without.
 */
export interface Part {
    readonly part: PartName;
    readonly choice: "official" | "stand-in" | "absent";
    /** What is used. */
    readonly what: string;
    /** Why it is not the official one; what was seen when it is. */
    readonly reason: string;
}

/** Chooses every part by what can be reached; a stand-in is taken only where the official part can't be had. */
export function plan(reach: Reach): Part[] {
    return [engine(reach), k3s(reach), images(reach), laptops(reach)];
}

export function choiceOf(parts: readonly Part[], name: PartName): Part["choice"] {
    return parts.find(({ part }) => part === name)?.choice ?? "absent";
}

/** The parts that could not be had, a line each, for the summary. */
export function notHad(parts: readonly Part[]): string[] {
    return parts
        .filter(({ choice }) => choice !== "official")
        .map(({ part, choice, what, reason }) => `${part}: ${reason}; ${choice === "absent" ? "left out" : what}`);
}

function engine(reach: Reach): Part {
    const onPath = reach.pulumiOnPath;
    if (reach.pulumi.ok || onPath?.hasPlugins === true) {
        const what =
            onPath === undefined ? "Pulumi's CLI from the npm package pulumi" : `pulumi ${onPath.version} on PATH`;
        const reason = reach.pulumi.ok ? "get.pulumi.com answers" : "its plugins are installed";
        return { part: "engine", choice: "official", what, reason };
    }
    return {
        part: "engine",
        choice: "stand-in",
        what: "the lab's own engine runs the program (lab/engine)",
        reason:
            onPath === undefined
                ? `Pulumi's CLI and plugins can't be downloaded (${reach.pulumi.why})`
                : `pulumi ${onPath.version} is on PATH, but its plugins can't be downloaded (${reach.pulumi.why})`,
    };
}

function k3s(reach: Reach): Part {
    if (reach.k3sRelease.ok) {
        return { part: "k3s", choice: "official", what: "the release's own binary", reason: "its release answers" };
    }
    return {
        part: "k3s",
        choice: "stand-in",
        what: "Kubernetes built from Go modules behind k3s's interface (lab/k3s)",
        reason: `the release on GitHub can't be reached (${reach.k3sRelease.why})`,
    };
}

/** Images follow k3s: the stand-in brings its own, and a release has them in an archive where no registry answers. */
function images(reach: Reach): Part {
    if (!reach.k3sRelease.ok) {
        const why = reach.registry.ok
            ? "the stand-in of k3s brings its own"
            : `docker.io can't be reached (${reach.registry.why})`;
        return {
            part: "images",
            choice: "stand-in",
            what: "images built here from Go modules and Debian packages",
            reason: why,
        };
    }
    return reach.registry.ok
        ? { part: "images", choice: "official", what: "images of docker.io", reason: "docker.io answers" }
        : {
              part: "images",
              choice: "official",
              what: "the air-gap images of k3s's release",
              reason: `docker.io can't be reached (${reach.registry.why})`,
          };
}

function laptops(reach: Reach): Part {
    if (reach.registry.ok) {
        return { part: "laptops", choice: "official", what: "Ubuntu 24.04", reason: "docker.io answers" };
    }
    return {
        part: "laptops",
        choice: "stand-in",
        what: "Debian 12 from its packages",
        reason: `no Ubuntu image can be had: docker.io can't be reached (${reach.registry.why})`,
    };
}
