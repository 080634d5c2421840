import { parseArgs } from "node:util";

import { Lab } from "../lab";
import { progressTo } from "../progress";
import { measureCluster, renderCluster } from "./cluster";

const usage = `usage: npm run bench -- cluster [--json]

Measures on two throw-away laptops of its own, and prints seconds and ratios:
  cluster   from bare laptops to both nodes Ready, against the plainest sequence that a person would paste; then one
            changed label, an upgrade under requests, a cold boot and the removal`;

async function main(): Promise<number> {
    const { values, positionals } = parseArgs({
        allowPositionals: true,
        options: { json: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
    });
    if (values.help || positionals.join(" ") !== "cluster") {
        console.log(usage);
        return values.help ? 0 : 2;
    }
    const figures = await measureCluster(Lab.open("bench", { progress: progressTo() }));
    console.log(values.json ? JSON.stringify(figures, null, 2) : renderCluster(figures));
    return 0;
}

main().then(
    (code) => {
        process.exitCode = code;
    },
    (error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exitCode = 1;
    },
);
