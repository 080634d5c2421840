import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { parse } from "yaml";

import { unitFile } from "../../components/k3s/unit-file";
import { preview, up } from "../engine";
import type { Lab } from "../lab";
import { run } from "../run";
import { measureLife, type LifeFigures } from "./life";
import { row, seconds, succeeded } from "./measure";

/** Seconds, unless the name says otherwise. */
export interface ClusterFigures extends LifeFigures {
    /** From bare laptops to both nodes Ready, by the program. */
    readonly program: number;
    /** Each step of it, in the order in which they ended. */
    readonly steps: readonly { readonly name: string; readonly seconds: number }[];
    /** The same laptops anew, by the plainest sequence. */
    readonly pasted: number;
    /** `program / pasted`. */
    readonly ratio: number;
    readonly secondRun: number;
    readonly restartsBySecondRun: number;
    /** A preview that asks nothing of the laptops: what the program itself costs. */
    readonly preview: number;
}

/** Makes bare laptops three times: for the program, for the pasted sequence, and for what comes after. */
export async function measureCluster(lab: Lab): Promise<ClusterFigures> {
    await lab.down();
    await lab.prepare();
    const program = await measureProgram(lab);
    await lab.down();
    await lab.prepare();
    const pasted = await measurePasted(lab);
    await lab.down();
    const life = await measureLife(lab);
    return { ...program, ...life, pasted, ratio: program.program / pasted };
}

async function measureProgram(lab: Lab): Promise<Omit<ClusterFigures, "pasted" | "ratio" | keyof LifeFigures>> {
    const begun = Date.now();
    const steps: { name: string; seconds: number }[] = [];
    let readyAfter = Number.NaN;
    const first = await up(
        lab.engineOptions({
            onEvent: ({ kind, type, name = "", seconds: taken = 0 }) => {
                if (kind === "done" && type?.startsWith("command:remote:") === true) {
                    steps.push({ name, seconds: taken });
                    if (name === "cluster-access") {
                        readyAfter = seconds(begun);
                    }
                }
            },
        }),
    );
    succeeded(first);
    const before = await startTimes(lab);
    const again = Date.now();
    succeeded(await up(lab.engineOptions()));
    const secondRun = seconds(again);
    const after = await startTimes(lab);
    const looking = Date.now();
    succeeded(await preview(lab.engineOptions()));
    return {
        program: readyAfter,
        steps,
        secondRun,
        restartsBySecondRun: after.filter((time, index) => time !== before[index]).length,
        preview: seconds(looking),
    };
}

function startTimes(lab: Lab): Promise<string[]> {
    return Promise.all(
        lab.laptops.map(
            async ({ name }) =>
                (await lab.exec(name, "systemctl show --property ActiveEnterTimestampMonotonic k3s k3s-agent")).stdout,
        ),
    );
}

/** Copy, write the configuration, start, join: no check, no pin, no clean-up, one laptop after the other. */
async function measurePasted(lab: Lab): Promise<number> {
    const { config } = parse(readFileSync(lab.stackFile, "utf8")) as {
        config: Record<string, { binary: { path: string }; airgapImages: { path: string } }>;
    };
    const k3s = config["onprem-blog:k3s"];
    const [server, ...agents] = lab.laptops;
    if (k3s === undefined || server === undefined) {
        throw new Error("the lab's stack file names no k3s or no laptop");
    }
    const begun = Date.now();
    await pasteNode(lab, server.name, k3s, "server", "token: pasted-token\n");
    for (const agent of agents) {
        await pasteNode(lab, agent.name, k3s, "agent", `server: https://${server.address}:6443\ntoken: pasted-token\n`);
    }
    for (;;) {
        const nodes = await lab.kubectl(["get", "nodes", "--no-headers"]).catch(() => ({ stdout: "" }));
        if (nodes.stdout.split("\n").filter((line) => line.includes(" Ready ")).length === lab.laptops.length) {
            return seconds(begun);
        }
        await sleep(200);
    }
}

async function pasteNode(
    lab: Lab,
    name: string,
    k3s: { readonly binary: { readonly path: string }; readonly airgapImages: { readonly path: string } },
    role: "server" | "agent",
    config: string,
): Promise<void> {
    const [, ...sshOptions] = lab.sshCommand(name);
    const target = sshOptions.pop() ?? "";
    await run(["scp", "-q", ...sshOptions, k3s.binary.path, `${target}:k3s`]);
    await run(["scp", "-q", ...sshOptions, k3s.airgapImages.path, `${target}:images.tar.zst`]);
    const unit = role === "server" ? "k3s" : "k3s-agent";
    const script = `
mkdir -p /etc/rancher/k3s /var/lib/rancher/k3s/agent/images
mv k3s /usr/local/bin/k3s && chmod 755 /usr/local/bin/k3s
mv images.tar.zst /var/lib/rancher/k3s/agent/images/
cat > /etc/rancher/k3s/config.yaml <<'CONFIG'
${config}kubelet-arg: [fail-cgroupv1=false]
CONFIG
cat > /etc/systemd/system/${unit}.service <<'UNIT'
${unitFile(role)}UNIT
systemctl daemon-reload
systemctl enable -q --now ${unit}
`;
    await lab.ssh(name, "sudo -S -p '' bash -s", { input: `${lab.sudoPassword}\n${script}` });
}

/** The figures as a person reads them. */
export function renderCluster(figures: ClusterFigures): string {
    return [
        row("bare laptops to every node Ready, by the program", figures.program),
        ...figures.steps.map(({ name, seconds: taken }) => row(`  ${name}`, taken)),
        row("the same by a pasted sequence (scp, config, start, join)", figures.pasted),
        row("program / pasted", figures.ratio, "x"),
        row("second run", figures.secondRun),
        row("k3s restarts by the second run", figures.restartsBySecondRun, " "),
        row("preview", figures.preview),
        row("one changed label", figures.label),
        row("upgrade of both laptops by one minor version", figures.upgrade),
        row("requests meanwhile, 50 a second", figures.requestsDuringUpgrade, " "),
        row("of those, failed", figures.failedDuringUpgrade, " "),
        row("cold boot of both laptops to every page answering", figures.coldBoot),
        row("removal of both laptops, data included", figures.removal),
    ].join("\n");
}
