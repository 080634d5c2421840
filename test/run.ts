import { readdirSync } from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";

import { Lab } from "../lab/lab";
import { cacheFolder } from "../lab/names";
import { progressTo } from "../lab/progress";
import { PrerequisitesError, setUp } from "../lab/setup";
import { DEFAULT_VERSION } from "../stacks/settings/schema/k3s";
import { runCounted, summary, type Counts } from "./counts";
import { blog, mocha } from "./runners";

const root = path.resolve(__dirname, "..");

/** What each level proves is in CONTRIBUTING.md; they run in this order. */
const levels = {
    static: () => mocha(["test/static/*.test.ts"]),
    unit: () => mocha(["test/unit/**/*.test.ts"]),
    component: () => mocha(["test/component/*.test.ts"]),
    blog: () => blog(),
    cluster: (full: boolean) => mocha(clusterFiles(full)),
} as const;
type Level = keyof typeof levels;

const clusterFolder = "test/cluster";
/** What takes minutes more. */
const fullFolder = `${clusterFolder}/full`;

/** One cluster's life: each file goes on where the one before it ended, so their names are numbered. */
function clusterFiles(full: boolean): string[] {
    const files = [clusterFolder, ...(full ? [fullFolder] : [])].flatMap(testFiles);
    return files.sort((a, b) => path.basename(a).localeCompare(path.basename(b), "en"));
}

function testFiles(folder: string): string[] {
    return readdirSync(path.join(root, folder))
        .filter((name) => name.endsWith(".test.ts"))
        .map((name) => path.join(folder, name));
}

const usage = `usage: npm test [-- --only <level>] [-- --full] [-- --keep]

Installs what is missing, then runs every level of tests and ends with "N passed, N failed, N skipped".

  --only <level>  one of ${Object.keys(levels).join(", ")}; may be given more than once
  --full          also what takes about 25 minutes more (npm run test:full): power, slow boots, every interruption
  --keep          leave the tests' laptops as they are at the end; "npm run lab -- --name test down" removes them

ONPREM_BLOG_TEST_LAB names another lab than "test" for the cluster tests, so that several can run at a time.`;

async function main(): Promise<number> {
    const { values } = parseArgs({
        options: {
            only: { type: "string", multiple: true, default: Object.keys(levels) },
            full: { type: "boolean", default: false },
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
        // Now, since a test's time limit has no room for a build.
        await lab.presentK3s();
        await lab.previousK3s();
    }
    if (chosen.includes("cluster") && !values.full) {
        console.log(`not run: ${testFiles(fullFolder).join(", ")}, for the minutes they take: npm run test:full`);
    }
    try {
        const counts: Counts[] = [];
        for (const level of chosen) counts.push(await runCounted(levels[level](values.full)));
        return summary(counts);
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
