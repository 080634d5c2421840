import * as path from "node:path";
import { parseArgs } from "node:util";

import { Lab } from "../lab/lab";
import { cacheFolder } from "../lab/names";
import { progressTo } from "../lab/progress";
import { runHere } from "../lab/run";
import { PrerequisitesError, setUp } from "../lab/setup";
import { DEFAULT_VERSION } from "../stacks/settings/schema/k3s";

const root = path.resolve(__dirname, "..");

/** What each level proves is in CONTRIBUTING.md; they run in this order. */
const levels = {
    static: ["test/static/*.test.ts"],
    unit: ["test/unit/**/*.test.ts"],
    component: ["test/component/*.test.ts"],
    cluster: ["test/cluster/*.test.ts"],
} as const;
type Level = keyof typeof levels;

const usage = `usage: npm test [-- --only <level>] [-- --keep]

Installs what is missing, then runs every level of tests and ends with "N passed, N failed, N skipped".

  --only <level>  one of ${Object.keys(levels).join(", ")}; may be given more than once
  --keep          leave the tests' laptops as they are at the end; "npm run lab -- --name test down" removes them`;

async function main(): Promise<number> {
    const { values } = parseArgs({
        options: {
            only: { type: "string", multiple: true, default: Object.keys(levels) },
            keep: { type: "boolean", default: false },
            help: { type: "boolean", short: "h", default: false },
        },
    });
    if (values.help) {
        console.log(usage);
        return 0;
    }
    const unknown = values.only.filter((level) => !isLevel(level));
    if (unknown.length > 0) {
        console.error(`--only: no level ${unknown.join(", ")}; wanted: ${Object.keys(levels).join(", ")}`);
        return 2;
    }
    const chosen = values.only.filter(isLevel);
    const progress = progressTo();
    const lab = Lab.open(process.env.ONPREM_BLOG_TEST_LAB ?? "test", { progress });
    const cache = cacheFolder(process.env);
    await setUp(
        { repository: root, cache, folders: [lab.stateDir], k3sVersion: DEFAULT_VERSION, tests: true },
        progress,
    );
    if (chosen.includes("cluster")) {
        // Laptops of an earlier run know what that run did to them.
        await lab.down();
        await lab.prepare();
    }
    try {
        return await runHere([
            ...[process.execPath, path.join(root, "node_modules/mocha/bin/mocha.js")],
            ...["--reporter", path.join(root, "test/reporter.cjs")],
            ...chosen.flatMap((level) => levels[level].map((pattern) => path.join(root, pattern))),
        ]);
    } finally {
        if (chosen.includes("cluster") && !values.keep) {
            await lab.down();
        }
    }
}

function isLevel(level: string): level is Level {
    return level in levels;
}

main().then(
    (code) => {
        process.exitCode = code;
    },
    (error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exitCode = error instanceof PrerequisitesError ? 2 : 1;
    },
);
