/** `helm.v3.Release` through a helm binary, where there is one and the chart can be had; otherwise refused by name. */
import { execFile, type ExecFileOptions } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { changedInputs } from "../inputs";
import type { Applied, Executor, Job } from "../types";
import { type WireObject, isObject } from "../wire";
import { textAt } from "../fields";

const DEFAULT_TIMEOUT = 300;
/** Seconds a chart repository may take to answer. */
const FETCH_TIMEOUT = 60;
const OUTPUT_LIMIT = 64 * 1024 * 1024;

interface Ran {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
}

/** Runs helm with an environment of its own: no ambient kubeconfig, repositories or plugins. */
function helm(job: Job, home: string, args: readonly string[], seconds: number): Promise<Ran> {
    const options: ExecFileOptions = {
        signal: job.signal,
        timeout: seconds * 1000,
        maxBuffer: OUTPUT_LIMIT,
        env: {
            PATH: process.env.PATH,
            HOME: home,
            HELM_CACHE_HOME: join(home, "cache"),
            HELM_CONFIG_HOME: join(home, "config"),
            HELM_DATA_HOME: join(home, "data"),
        },
    };
    return new Promise((resolveRun) => {
        execFile(job.helmPath ?? "helm", args, options, (error, stdout, stderr) => {
            const code = error ? (typeof error.code === "number" ? error.code : 1) : 0;
            const text = String(stderr);
            resolveRun({ code, stdout: String(stdout), stderr: error && text === "" ? error.message : text });
        });
    });
}

function refuse(job: Job, reason: string): Error {
    return new Error(`the helm release ${job.name} (chart ${textAt(job.inputs, "chart")}) is refused: ${reason}`);
}

interface Release {
    readonly name: string;
    readonly namespace: string;
    readonly kubeconfig: string;
    /** Arguments that name the chart. */
    readonly chart: string[];
    readonly isLocal: boolean;
    readonly path: string;
}

/** sha256 over a local chart's files and their names; empty for a chart from elsewhere, which its version identifies. */
async function chartHash(release: Release): Promise<string> {
    if (!release.isLocal) {
        return "";
    }
    const isFolder = (await stat(release.path)).isDirectory();
    const entries = isFolder ? await readdir(release.path, { recursive: true, withFileTypes: true }) : [];
    const files = isFolder
        ? entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
        : [release.path];
    const hash = createHash("sha256");
    for (const file of files.sort()) {
        hash.update(file.slice(release.path.length))
            .update("\0")
            .update(await readFile(file));
    }
    return hash.digest("hex");
}

function releaseOf(job: Job): Release {
    if (job.helmPath === undefined) {
        throw refuse(job, "no helm binary was given to the lab engine");
    }
    const kubeconfig = job.provider?.inputs.kubeconfig;
    if (typeof kubeconfig !== "string" || kubeconfig.trim() === "") {
        throw refuse(job, "it has no provider with a kubeconfig, and the ambient one is never used");
    }
    const chart = textAt(job.inputs, "chart");
    const local = resolve(job.projectDir, chart);
    const isLocal = !chart.startsWith("oci://") && existsSync(local);
    const version = textAt(job.inputs, "version");
    const repository = textAt(job.inputs, "repositoryOpts", "repo");
    return {
        name: textAt(job.inputs, "name") || job.name,
        namespace: textAt(job.inputs, "namespace") || textAt(job.provider?.inputs, "namespace") || "default",
        kubeconfig,
        isLocal,
        path: local,
        chart: [
            isLocal ? local : chart,
            ...(isLocal || version === "" ? [] : ["--version", version]),
            ...(isLocal || repository === "" ? [] : ["--repo", repository]),
        ],
    };
}

/** Writes the kubeconfig and the values where only this user can read them, for the time of the work. */
async function withHome<T>(
    job: Job,
    release: Release,
    work: (home: string, target: string[]) => Promise<T>,
): Promise<T> {
    const home = await mkdtemp(join(tmpdir(), "onprem-blog-helm-"));
    try {
        const kubeconfig = join(home, "kubeconfig");
        await writeFile(kubeconfig, release.kubeconfig, { mode: 0o600 });
        await writeFile(join(home, "values.json"), JSON.stringify(job.inputs.values ?? {}), { mode: 0o600 });
        return await work(home, ["--kubeconfig", kubeconfig, "--namespace", release.namespace]);
    } finally {
        await rm(home, { recursive: true, force: true });
    }
}

async function requireChart(job: Job, home: string, release: Release): Promise<void> {
    if (release.isLocal) {
        return;
    }
    const shown = await helm(job, home, ["show", "chart", ...release.chart], FETCH_TIMEOUT);
    if (shown.code !== 0) {
        throw refuse(job, `its chart can't be had from here: ${shown.stderr.trim()}`);
    }
}

interface Status {
    readonly name?: string;
    readonly namespace?: string;
    readonly version?: number;
    readonly info?: { readonly status?: string };
    readonly chart?: {
        readonly metadata?: { readonly name?: string; readonly version?: string; readonly appVersion?: string };
    };
}

async function statusOf(job: Job, home: string, release: Release, target: string[]): Promise<Status | undefined> {
    const ran = await helm(job, home, ["status", release.name, ...target, "--output", "json"], FETCH_TIMEOUT);
    return ran.code === 0 ? (JSON.parse(ran.stdout) as Status) : undefined;
}

function outputsOf(job: Job, release: Release, status: Status | undefined, hash: string): WireObject {
    const chart = status?.chart?.metadata;
    return {
        ...job.wireInputs,
        chartHash: hash,
        name: release.name,
        namespace: release.namespace,
        status: {
            name: release.name,
            namespace: release.namespace,
            revision: status?.version ?? 1,
            status: status?.info?.status ?? "deployed",
            chart: chart?.name ?? textAt(job.inputs, "chart"),
            version: chart?.version ?? "",
            appVersion: chart?.appVersion ?? "",
        },
    };
}

function timeoutOf(job: Job): number {
    const given = job.inputs.timeout;
    return given === undefined ? (job.timeout ?? DEFAULT_TIMEOUT) : Number(given);
}

async function install(job: Job): Promise<Applied> {
    const release = releaseOf(job);
    return withHome(job, release, async (home, target) => {
        const before = job.old ? await statusOf(job, home, release, target) : undefined;
        const id = `${release.namespace}/${release.name}`;
        const hash = await chartHash(release);
        const isSame = job.old?.outputs.chartHash === hash && changedInputs(job.old.inputs, job.inputs).length === 0;
        if (isSame && before?.info?.status === "deployed") {
            return { id, outputs: outputsOf(job, release, before, hash), status: "unchanged" };
        }
        await requireChart(job, home, release);
        const seconds = timeoutOf(job);
        const skipAwait = job.inputs.skipAwait === true || job.inputs.skipAwait === "true";
        const ran = await helm(
            job,
            home,
            [
                ...["upgrade", "--install", release.name, ...release.chart, ...target],
                ...["--values", join(home, "values.json"), "--timeout", `${seconds}s`],
                ...(job.inputs.createNamespace === true ? ["--create-namespace"] : []),
                ...(job.inputs.skipCrds === true ? ["--skip-crds"] : []),
                ...(skipAwait ? [] : ["--wait"]),
            ],
            seconds + FETCH_TIMEOUT,
        );
        if (ran.code !== 0) {
            throw new Error(`helm upgrade --install ${release.name}: ${ran.stderr.trim()}`);
        }
        const after = await statusOf(job, home, release, target);
        const outputs = outputsOf(job, release, after, hash);
        return { id, outputs, status: job.old ? "changed" : "created" };
    });
}

async function uninstall(job: Job): Promise<void> {
    const release = releaseOf(job);
    await withHome(job, release, async (home, target) => {
        const args = ["uninstall", release.name, ...target, "--ignore-not-found", "--wait"];
        const ran = await helm(job, home, args, timeoutOf(job) + FETCH_TIMEOUT);
        if (ran.code !== 0) {
            throw new Error(`helm uninstall ${release.name}: ${ran.stderr.trim()}`);
        }
    });
}

export const helmRelease: Executor = {
    handles: (type) => type === "kubernetes:helm.sh/v3:Release",
    plan: (job) => {
        if (!job.old) {
            return { status: "planned-create", outputs: job.wireInputs };
        }
        const isSame = changedInputs(job.old.inputs, job.inputs).length === 0;
        const kept = isObject(job.old.wireOutputs) ? job.old.wireOutputs : {};
        return isSame
            ? { status: "unchanged", outputs: kept }
            : { status: "planned-change", outputs: { ...kept, ...job.wireInputs } };
    },
    apply: install,
    remove: uninstall,
};
