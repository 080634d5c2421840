import { run } from "../run";
import type { Probe, Reach } from "./plan";

/** Longest that any probe may take; all run at the same time. */
const SECONDS = 3;

/** The plugins that a program needs, name to version: each must match its npm package exactly. */
export type PluginVersions = Readonly<Record<string, string>>;

/** Asks the official sources whether they answer; takes at most three seconds. */
export async function probeReach(k3sVersion: string, pulumiVersion: string, plugins: PluginVersions): Promise<Reach> {
    const release = `https://github.com/k3s-io/k3s/releases/download/${encodeURIComponent(k3sVersion)}/sha256sum-amd64.txt`;
    const cli = `https://get.pulumi.com/releases/sdk/pulumi-v${pulumiVersion}-linux-x64.tar.gz`;
    const [k3sRelease, registry, pulumi, pulumiOnPath] = await Promise.all([
        probe(release, [200]),
        // A registry asks an anonymous caller for a token: that is its answer.
        probe("https://registry-1.docker.io/v2/", [200, 401]),
        probe(cli, [200]),
        lookOnPath(plugins),
    ]);
    return { k3sRelease, registry, pulumi, ...(pulumiOnPath === undefined ? {} : { pulumiOnPath }) };
}

async function probe(url: string, expected: readonly number[]): Promise<Probe> {
    const { host } = new URL(url);
    try {
        const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(SECONDS * 1000) });
        if (expected.includes(response.status)) return { ok: true };
        return { ok: false, why: `${host} answers ${response.status}` };
    } catch (error) {
        return { ok: false, why: `${host}: ${reasonOf(error)}` };
    }
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    if (error.name === "TimeoutError") return `no answer within ${SECONDS} s`;
    const { cause } = error;
    if (cause instanceof Error) return ("code" in cause && String(cause.code)) || cause.message;
    return error.message;
}

/** A `pulumi` on PATH; undefined when there is none that answers. */
async function lookOnPath(plugins: PluginVersions): Promise<Reach["pulumiOnPath"]> {
    try {
        const { stdout } = await run(["pulumi", "version"], { timeoutSeconds: SECONDS });
        const list = await run(["pulumi", "plugin", "ls", "--json"], { timeoutSeconds: SECONDS });
        const installed = JSON.parse(list.stdout) as readonly { readonly name: string; readonly version: string }[];
        const hasPlugins = Object.entries(plugins).every(([name, version]) =>
            installed.some((plugin) => plugin.name === name && plugin.version === version),
        );
        return { version: stdout.trim().replace(/^v/, ""), hasPlugins };
    } catch {
        return undefined;
    }
}
