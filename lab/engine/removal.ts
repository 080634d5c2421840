/** Deletes resources: dependents first, independent ones together. */
import { type Deployment, messageOf, plainEntry } from "./deployment";
import { executorFor } from "./executors";
import type { Entry } from "./journal";
import { Semaphore } from "./semaphore";
import type { Job } from "./types";

/** URNs that must outlive the entry. */
function needs(entry: Entry): string[] {
    return [...entry.dependencies, entry.providerUrn, entry.parentUrn, entry.deletedWith].filter((urn) => urn !== "");
}

/** Everything the entry needs, also by way of others, that is deleted with it; used to see what `deletedWith` spares. */
function isSpared(entry: Entry, doomed: ReadonlyMap<string, Entry>): boolean {
    return entry.deletedWith !== "" && doomed.has(entry.deletedWith);
}

/** URNs of what is protected, and of all that it needs: what `pulumi destroy --exclude-protected` leaves alone. */
export function keptByProtection(entries: readonly Entry[]): ReadonlySet<string> {
    const byUrn = new Map(entries.map((entry) => [entry.urn, entry]));
    const kept = new Set<string>();
    const keep = (urn: string): void => {
        const entry = byUrn.get(urn);
        if (entry !== undefined && !kept.has(urn)) {
            kept.add(urn);
            needs(entry).forEach(keep);
        }
    };
    entries
        .filter((entry) => entry.protect)
        .forEach((entry) => {
            keep(entry.urn);
        });
    return kept;
}

function refuseProtected(entries: readonly Entry[]): void {
    const kept = entries.filter((entry) => entry.protect);
    if (kept.length > 0) {
        throw new Error(
            `protected resources would be deleted, so nothing was: ${kept.map((entry) => entry.urn).join(", ")}; ` +
                "take protect off and run up first, or put them back into the program",
        );
    }
}

/** What removing the entry does: nothing outside the journal for components, and for what is kept or goes with others. */
async function removeOne(deployment: Deployment, entry: Entry, spared: boolean): Promise<void> {
    const { options } = deployment;
    if (!entry.custom || entry.retainOnDelete || spared) {
        return;
    }
    const executor = executorFor(entry.type);
    const old = plainEntry(entry);
    const provider = entry.providerUrn === "" ? undefined : deployment.providerInputs(entry.providerUrn);
    const job: Job = {
        urn: entry.urn,
        type: entry.type,
        name: entry.name,
        inputs: old.inputs,
        wireInputs: entry.inputs,
        old,
        ...(provider ? { provider: { urn: entry.providerUrn, inputs: provider } } : {}),
        seed: options.journal.seed,
        ignoreChanges: [],
        protect: entry.protect,
        ...(entry.timeout === undefined ? {} : { timeout: entry.timeout }),
        projectDir: options.projectDir,
        ...(options.helmPath === undefined ? {} : { helmPath: options.helmPath }),
        signal: options.signal,
        log: (message, severity = "info") => {
            deployment.log(message, severity, entry.urn);
        },
    };
    await runHooks(deployment, entry, entry.deleteHooks?.before ?? []);
    await executor.remove?.(job);
    await runHooks(deployment, entry, entry.deleteHooks?.after ?? []);
}

/** A hook is a function of the program: where that no longer has it, the deletion goes on without. */
async function runHooks(deployment: Deployment, entry: Entry, names: readonly string[]): Promise<void> {
    const { urn, id, name, type, inputs: oldInputs, outputs: oldOutputs } = entry;
    for (const hook of names) {
        if (deployment.hooks.has(hook)) {
            await deployment.hooks.run([hook], { urn, id, name, type, oldInputs, oldOutputs });
        } else {
            deployment.log(`the hook '${hook}' is skipped: no program that has it runs`, "warning", urn);
        }
    }
}

/**
 * Deletes the entries and forgets them. All that can be deleted is; the errors of the rest are kept in the deployment.
 * Throws, and deletes nothing, when one of them is protected.
 */
export async function removeEntries(deployment: Deployment, entries: readonly Entry[]): Promise<void> {
    refuseProtected(entries);
    const doomed = new Map(entries.map((entry) => [entry.urn, entry]));
    const slots = new Semaphore(deployment.options.parallel);
    const done = new Map<string, Promise<boolean>>();

    const dependents = new Map<string, Entry[]>();
    for (const entry of entries) {
        for (const urn of needs(entry)) {
            dependents.set(urn, [...(dependents.get(urn) ?? []), entry]);
        }
    }

    const remove = (entry: Entry): Promise<boolean> => {
        let task = done.get(entry.urn);
        if (!task) {
            task = removeAfterDependents(entry);
            done.set(entry.urn, task);
        }
        return task;
    };

    const removeAfterDependents = async (entry: Entry): Promise<boolean> => {
        const before = await Promise.all((dependents.get(entry.urn) ?? []).map(remove));
        if (before.includes(false) || deployment.options.signal.aborted) {
            return false;
        }
        return slots.run(() => removeNow(entry));
    };

    const removeNow = async (entry: Entry): Promise<boolean> => {
        const { urn, type, name, parentUrn } = entry;
        const about = { urn, type, name, ...(parentUrn === "" ? {} : { parentUrn }) };
        const { dryRun, emit, journal } = deployment.options;
        emit({ kind: "start", ...about });
        const started = Date.now();
        const status = dryRun ? "planned-delete" : "deleted";
        try {
            if (!dryRun) {
                await deployment.working(() => removeOne(deployment, entry, isSpared(entry, doomed)));
                await journal.remove(urn);
            }
        } catch (error) {
            deployment.reports.push({ ...about, status: "failed", seconds: (Date.now() - started) / 1000 });
            deployment.fail(`${urn}: deleting: ${messageOf(error)}`, urn);
            return false;
        }
        const seconds = (Date.now() - started) / 1000;
        deployment.reports.push({ ...about, status, seconds });
        emit({ kind: "done", ...about, status, seconds });
        return true;
    };

    await Promise.all(entries.map(remove));
}
