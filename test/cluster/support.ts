import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { parseDocument, type Document } from "yaml";

import { destroy, preview, up, type EngineEvent, type EngineOptions, type EngineResult } from "../../lab/engine";
import { Lab } from "../../lab/lab";
import { setK3s, type K3sFiles } from "../../lab/stack-file";

/** The tests' own laptops, apart from those of `npm run lab`; another lab where several runs share a machine. */
export const lab = Lab.open(process.env.ONPREM_BLOG_TEST_LAB ?? "test");

/** Reaches into the stack file: `at(document, "k3s", "version")`. */
export function at(key: string, ...rest: readonly (string | number)[]): (string | number)[] {
    return ["config", `onprem-blog:${key}`, ...rest];
}

/** A run of the program, with all that it said. */
export interface Run {
    readonly result: EngineResult;
    /** Every message of every event, errors included: what an operator can have seen. */
    readonly said: string;
}

/** Changes a stack file in place. */
export type Change = (stackFile: Document) => void;

/** The stack of one cluster's life, from its installation in 2-install to its removal. */
export const stack = "install";

let previousFiles: Promise<K3sFiles> | undefined;

/** The k3s that an upgrade starts from. */
export function previousRelease(): Promise<K3sFiles> {
    previousFiles ??= lab.previousK3s();
    return previousFiles;
}

/** What 3-change has renewed stays so for the life of the cluster. */
export const renewals: Change = (stackFile) => {
    stackFile.setIn(at("k3s", "agentTokenRenewal"), 2);
    stackFile.setIn(at("k3s", "certificateRenewal"), 2);
};

/** A change that names the k3s which an upgrade starts from, and then another change. */
export async function previousK3s(change?: Change): Promise<Change> {
    const files = await previousRelease();
    return (stackFile) => {
        setK3s(stackFile, files);
        change?.(stackFile);
    };
}

/** The files of one stack: those of `name`, with a journal of its own. */
export function stackFolder(name: string): { readonly stackFile: string; readonly stateDir: string } {
    const folder = path.join(lab.stateDir, "runs", name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return { stackFile: path.join(folder, "Pulumi.lab.yaml"), stateDir: path.join(folder, "engine") };
}

/** Writes the stack file of a run: the lab's own, changed. */
export function writeStackFile(name: string, change: Change = () => undefined): void {
    const document = parseDocument(readFileSync(lab.stackFile, "utf8"));
    change(document);
    writeFileSync(stackFolder(name).stackFile, document.toString(), { mode: 0o600 });
}

/**
 * Runs the program against the tests' laptops with a changed stack file.
 *
 * @param name of the run: a journal of its own, so that a run that must fail leaves nothing behind for the next.
 */
export async function run(name: string, change?: Change): Promise<Run> {
    writeStackFile(name, change);
    return watched(name, up);
}

/** What `run` would do. */
export async function previewRun(name: string, change?: Change): Promise<Run> {
    writeStackFile(name, change);
    return watched(name, preview);
}

/** `pulumi destroy` of a stack, as its last run left it. */
export async function destroyStack(name: string, options: Pick<EngineOptions, "excludeProtected"> = {}): Promise<Run> {
    return watched(name, destroy, options);
}

async function watched(
    name: string,
    act: (options: EngineOptions) => Promise<EngineResult>,
    changes: Partial<EngineOptions> = {},
): Promise<Run> {
    const events: EngineEvent[] = [];
    const result = await act(
        lab.engineOptions({
            ...stackFolder(name),
            onEvent: (event) => {
                events.push(event);
            },
            ...changes,
        }),
    );
    const said = [...events.map((event) => event.message ?? ""), ...result.errors].join("\n");
    return { result, said };
}

/** Fails with what the run said, unless it succeeded. */
export function assertOk({ result, said }: Run): void {
    assert.ok(result.ok, `the run was to succeed; found:\n  ${result.errors.join("\n  ")}\nsaid:\n${said}`);
}

/** When k3s was last started on a laptop, to the microsecond of its own clock; changes with every restart. */
export async function startedAt(laptop: string): Promise<string> {
    return (await lab.exec(laptop, "systemctl show --property ActiveEnterTimestampMonotonic k3s k3s-agent")).stdout;
}

/** Names of the laptops whose k3s was started by what is done meanwhile. */
export async function restartedBy(laptops: readonly string[], work: () => Promise<unknown>): Promise<string[]> {
    const times = () => Promise.all(laptops.map(startedAt));
    const before = await times();
    await work();
    const after = await times();
    return laptops.filter((_, index) => before[index] !== after[index]);
}

/** What a node says of itself, in the API. */
export interface Node {
    readonly metadata: {
        readonly name: string;
        readonly labels: Readonly<Record<string, string>>;
        readonly annotations: Readonly<Record<string, string>>;
    };
    readonly spec: {
        readonly unschedulable?: boolean;
        readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
    };
    readonly status: {
        readonly capacity: Readonly<Record<string, string>>;
        readonly nodeInfo: { readonly kubeletVersion: string; readonly machineID: string };
        readonly conditions: readonly { readonly type: string; readonly status: string }[];
    };
}

/** All nodes, by name. */
export async function nodes(): Promise<ReadonlyMap<string, Node>> {
    const { stdout } = await lab.kubectl(["get", "nodes", "--output", "json", "--request-timeout=5s"]);
    return new Map((JSON.parse(stdout) as { items: Node[] }).items.map((node) => [node.metadata.name, node]));
}

export function isReady(node: Node | undefined): boolean {
    return node?.status.conditions.find(({ type }) => type === "Ready")?.status === "True";
}

/** Asks until the answer is yes. */
export async function until(what: string, seconds: number, done: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!(await done().catch(() => false))) {
        assert.ok(Date.now() < deadline, `waited ${seconds} s for ${what}`);
        await sleep(250);
    }
}

/**
 * What k3s leaves on a laptop outside its data folder when it's taken away badly, a line each: processes, mounts,
 * interfaces, routes, firewall rules, units and files.
 */
export async function tracesOfK3s(laptop: string): Promise<string[]> {
    const { stdout } = await lab.exec(
        laptop,
        `pgrep -af 'k3s|containerd|kubelet|[/]pause|traefik|coredns|httpd' | grep -v pgrep | sed 's/^/process /'
         awk '$2 ~ "k3s|kubelet/|netns/cni" { print "mount " $2 }' /proc/self/mounts
         ip -o link show | awk -F ': ' '$2 !~ "^(lo|eth0)" { print "interface " $2 }'
         ip route | grep 10\\.42 | sed 's/^/route /'
         { iptables-save; ip6tables-save; } | grep -E 'KUBE-|CNI-|10\\.42|10\\.43|comment' | sed 's/^/rule /'
         systemctl list-unit-files --no-legend 'k3s*' 'onprem-blog*' | sed 's/^/unit /'
         find /etc/rancher /etc/cni /run/k3s /run/flannel /var/lib/kubelet /var/lib/cni /var/log/pods /var/log/containers \
             /usr/local/bin /var/lib/onprem-blog -mindepth 1 2>/dev/null | sed 's/^/file /'
         find / -xdev -name '*onprem-blog*' -not -path '/proc/*' -not -path '/run/*' 2>/dev/null | sed 's/^/file /'`,
    );
    return stdout.split("\n").filter((line) => line !== "");
}

/**
 * What a fault must leave as it was: files, their modes, and what starts at boot. Not among them is the empty file by
 * which Debian's sudo notes a user's first success.
 */
export async function hostState(laptop: string): Promise<string[]> {
    const { stdout } = await lab.exec(
        laptop,
        `find /etc /usr/local /opt /home /var/lib/onprem-blog -xdev -type f -not -name .sudo_as_admin_successful -printf '%m %p ' -exec sha256sum {} \\; 2>/dev/null | sort
         ls -A /var/lib/rancher
         systemctl list-unit-files --no-legend --no-pager | awk '$2 != "transient" { print $1, $2 }'`,
    );
    return stdout.split("\n");
}

/** The text as a regular expression that matches nothing else. */
export function literal(text: string): string {
    return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Fails unless the run failed, and one of its errors holds exactly this text. */
export function assertFault({ result, said }: Run, text: string): void {
    assert.equal(result.ok, false, "the run was to fail");
    assert.ok(
        result.errors.some((error) => error.includes(text)),
        `wanted an error with:\n  ${text}\nfound:\n  ${result.errors.join("\n  ")}\nsaid:\n${said}`,
    );
}
