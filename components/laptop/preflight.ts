import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { once, readScript, RemoteStep, runError, type Credentials, type Host } from "../remote";
import { hostFacts, type HostFacts } from "./host-facts";
import { hostFaults, judge, type Requirements, type WantedHost } from "./judge";

/** A laptop that a preflight looks at. */
export interface PreflightHost extends WantedHost {
    readonly host: Host;
}

/** Arguments of a {@link Preflight}. */
export interface PreflightArgs {
    readonly laptops: readonly PreflightHost[];
    readonly credentials: Credentials;
    readonly requirements: Requirements;
}

/** Nothing in a preflight takes long; a host that hangs here has a disk or a firewall tool that hangs. */
const deadlineSeconds = 60;
/**
 * How long the faults of one laptop wait to be told together with the others': a laptop that can't be reached ends the run,
 * and nothing is judged then. Reaching a laptop that is on takes a second or two, giving up on one that is off five to fifteen.
 */
const patienceMilliseconds = 2_000;

/**
 * Gathers facts from every laptop before any laptop is changed, and judges them together.
 * Whatever changes a laptop takes {@link Preflight.verdict} as an input, and so never runs after a fault.
 */
export class Preflight extends pulumi.ComponentResource {
    /** Resolves when all laptops may be changed; fails with every fault of every laptop. */
    public readonly verdict: pulumi.Output<string>;
    /** Facts by the laptop's name. */
    public readonly facts: pulumi.Output<Record<string, HostFacts>>;
    /** Digest of each laptop's machine-id by its name, judged or not: a step that takes it shows no change in a preview. */
    public readonly machineIdDigests: Readonly<Record<string, pulumi.Output<string>>>;

    constructor(name: string, args: PreflightArgs, opts?: pulumi.ComponentResourceOptions) {
        super("onprem-blog:laptop:Preflight", name, {}, opts);

        const script = readScript(path.join(__dirname, "scripts", "preflight.sh"));
        const steps = args.laptops.map(
            (laptop) =>
                new RemoteStep(
                    `${name}-${laptop.name}`,
                    {
                        host: laptop.host,
                        credentials: args.credentials,
                        title: "preflight",
                        script,
                        inputs: {},
                        // Facts of an earlier run may be wrong by now, and those of two runs can't be compared.
                        atEveryUp: true,
                        facts: hostFacts,
                        deadlineSeconds,
                    },
                    { parent: this },
                ),
        );

        const silence = args.laptops.map((wanted, index) =>
            this.tellAlone(wanted, steps[index]?.facts, args.requirements),
        );
        const judged = pulumi.all(steps.map((step) => step.facts)).apply((facts) => {
            silence.forEach((call) => {
                call();
            });
            const candidates = args.laptops.flatMap((wanted, index) => {
                const found = facts[index];
                return found === undefined ? [] : [{ wanted, facts: found }];
            });
            // A preview asks nothing: its facts are those of an earlier run, which it would be wrong to judge.
            const { faults, warnings } = pulumi.runtime.isDryRun()
                ? { faults: [], warnings: [] }
                : judge(candidates, args.requirements);
            for (const warning of warnings) {
                void pulumi.log.warn(warning, this);
            }
            if (faults.length > 0) {
                throw runError(preflightMessage(faults));
            }
            return Object.fromEntries(candidates.map((candidate) => [candidate.wanted.name, candidate.facts]));
        });
        // Nothing among these facts came from a secret.
        this.facts = pulumi.unsecret(judged);
        this.verdict = once(this.facts, "passed");
        this.machineIdDigests = Object.fromEntries(
            args.laptops.map(({ name: laptop }, index) => [
                laptop,
                pulumi.unsecret(steps[index]?.facts.apply((facts) => facts.machineIdDigest) ?? pulumi.output("")),
            ]),
        );
        this.registerOutputs({ verdict: this.verdict });
    }

    /**
     * Tells a laptop's own faults as warnings when the other laptops let wait for theirs.
     *
     * @returns what keeps it from that: the judgement of all laptops holds these faults as well.
     */
    private tellAlone(
        wanted: WantedHost,
        facts: pulumi.Output<HostFacts> | undefined,
        requirements: Requirements,
    ): () => void {
        let isJudged = false;
        if (facts !== undefined && !pulumi.runtime.isDryRun()) {
            facts.apply((found) => {
                setTimeout(() => {
                    for (const fault of isJudged ? [] : hostFaults({ wanted, facts: found }, requirements)) {
                        const message = `${wanted.name}: ${fault} (told ahead: another laptop lets wait)`;
                        // The engine may have ended the run meanwhile.
                        pulumi.log.warn(message, this).catch(() => undefined);
                    }
                }, patienceMilliseconds).unref();
            });
        }
        return () => {
            isJudged = true;
        };
    }
}

/** The one error that a preflight ends with. */
export function preflightMessage(faults: readonly string[]): string {
    const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
    return [`The laptops are not ready (${count}); nothing was changed on any of them.`, ...faults]
        .join("\n  - ")
        .concat("\nCorrect this and run again.");
}
