import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { parseDocument, type Document } from "yaml";

import { destroy, up } from "../engine";
import { fetchFrom } from "../hello";
import type { Lab } from "../lab";
import { askSteadily, workloadUrl } from "../load";
import { setK3s } from "../stack-file";
import { seconds, succeeded } from "./measure";

/** What a cluster's later life takes. Seconds, unless the name says otherwise. */
export interface LifeFigures {
    /** One label of one laptop, changed. */
    readonly label: number;
    /** Both laptops, from the older k3s to the present one, with requests under way. */
    readonly upgrade: number;
    readonly requestsDuringUpgrade: number;
    readonly failedDuringUpgrade: number;
    /** From both laptops switched on to a page through the ingress and an answer of the workload on every laptop. */
    readonly coldBoot: number;
    /** Of both laptops, without their data. */
    readonly removal: number;
}

const requestsPerSecond = 50;

/** Makes bare laptops once, and takes them away. */
export async function measureLife(lab: Lab): Promise<LifeFigures> {
    await lab.down();
    await lab.prepare();
    const stackFile = join(lab.stateDir, "Pulumi.bench.yaml");
    const apply = async (change: (document: Document) => void) => {
        const document = parseDocument(readFileSync(lab.stackFile, "utf8"));
        change(document);
        writeFileSync(stackFile, document.toString(), { mode: 0o600 });
        const begun = Date.now();
        succeeded(await up(lab.engineOptions({ stackFile })));
        return seconds(begun);
    };
    const at = (key: string, ...path: readonly (string | number)[]) => ["config", `onprem-blog:${key}`, ...path];
    const label = (document: Document) => {
        document.setIn(at("laptops", 1, "labels"), { disk: "hdd" });
    };
    const older = await lab.previousK3s();
    const addresses = lab.laptops.map(({ address }) => address);

    await apply((document) => {
        setK3s(document, older);
    });
    await lab.kubectl(["apply", "--server-side", "--filename", "-"], {
        input: readFileSync(join(__dirname, "../workload.yaml"), "utf8"),
    });
    await lab.kubectl(["rollout", "status", "deployment/workload", "--timeout=120s"]);

    const labelled = await apply((document) => {
        setK3s(document, older);
        label(document);
    });

    const stop = askSteadily(addresses, workloadUrl, requestsPerSecond);
    const upgrade = await apply(label);
    const { requests, failures } = await stop();

    for (const { name } of lab.laptops) await lab.powerOff(name);
    const switchedOn = Date.now();
    await Promise.all(lab.laptops.map(({ name }) => lab.powerOn(name)));
    await untilAnswering([
        [addresses[0] ?? "", pageUrl],
        ...addresses.map((address) => [address, workloadUrl] as const),
    ]);
    const coldBoot = seconds(switchedOn);

    await apply((document) => {
        label(document);
        document.setIn(at("k3s", "allowRemoval"), true);
        document.setIn(at("k3s", "removeData"), true);
    });
    const removing = Date.now();
    succeeded(await destroy(lab.engineOptions({ stackFile })));
    const removal = seconds(removing);
    await lab.down();
    return {
        label: labelled,
        upgrade,
        requestsDuringUpgrade: requests,
        failedDuringUpgrade: failures.length,
        coldBoot,
        removal,
    };
}

const pageUrl = "http://hello.lab.test/";

async function untilAnswering(pages: readonly (readonly [address: string, url: string])[]): Promise<void> {
    const deadline = Date.now() + 300_000;
    for (const [address, url] of pages) {
        while ((await fetchFrom(address, url, 2).catch(() => undefined))?.status !== 200) {
            if (Date.now() > deadline)
                throw new Error(`${url} at ${address}: no answer 300 s after the laptops were switched on`);
            await sleep(200);
        }
    }
}
