import * as path from "node:path";
import { parseArgs } from "node:util";

import { Lab } from "../lab";
import { progressTo } from "../progress";
import { runHere } from "../run";
import { measureCluster, renderCluster } from "./cluster";

const usage = `usage: npm run bench -- cluster [--json]
       npm run bench -- blog [--json] [--no-lighthouse]

  cluster   on two throw-away laptops of its own, in seconds and ratios: from bare laptops to both nodes Ready, against
            the plainest sequence that a person would paste; then one changed label, an upgrade under requests, a cold
            boot and the removal
  blog      the blog with 2,000 posts on this machine, each figure beside its bar and what Ghost and Next.js gave`;

const blogBench = ["blog-app/dev/bootstrap.cjs", "bench/main.ts"];

async function main(): Promise<number> {
    const { values, positionals } = parseArgs({
        allowPositionals: true,
        options: {
            json: { type: "boolean", default: false },
            "no-lighthouse": { type: "boolean", default: false },
            help: { type: "boolean", short: "h", default: false },
        },
    });
    const subject = positionals.join(" ");
    if (subject === "blog" && !values.help) {
        const [script = "", ...rest] = blogBench;
        const options = Object.entries(values).flatMap(([name, given]) => (given ? [`--${name}`] : []));
        return runHere([process.execPath, path.resolve(__dirname, "../..", script), ...rest, ...options]);
    }
    if (values.help || subject !== "cluster") {
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
