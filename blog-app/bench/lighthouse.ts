import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import runLighthouse from "lighthouse";
import { chromium } from "playwright-core";

import { needPrograms } from "../dev/programs";
import { freePort } from "../dev/services";

/** Of 100. */
export interface LighthouseScores {
    readonly performance: number;
    readonly accessibility: number;
    readonly bestPractices: number;
    readonly seo: number;
}

const CATEGORIES = {
    performance: "performance",
    accessibility: "accessibility",
    bestPractices: "best-practices",
    seo: "seo",
} as const;
const RUNS = 3;

/** Lighthouse's scores of a page on its phone over its slow network; the medians of three runs. */
export async function lighthouse(url: string): Promise<LighthouseScores> {
    const runs: LighthouseScores[] = [];
    for (let run = 0; run < RUNS; run++) runs.push((await examine(url)).scores);
    const median = (name: keyof LighthouseScores) =>
        runs.map((scores) => scores[name]).sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
    return {
        performance: median("performance"),
        accessibility: median("accessibility"),
        bestPractices: median("bestPractices"),
        seo: median("seo"),
    };
}

/** One run: the scores, and the audits that are not full marks with what they say. */
export async function examine(url: string): Promise<{ scores: LighthouseScores; faults: string[] }> {
    const port = await freePort();
    const programs = await needPrograms(["chromium"], (line) => {
        console.error(`· ${line}`);
    });
    const browser = await chromium.launch({
        executablePath: programs.chromium,
        args: [`--remote-debugging-port=${String(port)}`, "--no-sandbox"],
    });
    try {
        const result = await runLighthouse(url, {
            port,
            output: "json",
            logLevel: "silent",
            onlyCategories: Object.values(CATEGORIES),
        });
        if (result === undefined) throw new Error(`Lighthouse gave nothing for ${url}`);
        const { categories, audits, runtimeError } = result.lhr;
        if (runtimeError !== undefined) throw new Error(`Lighthouse: ${runtimeError.message}`);
        const score = (name: keyof LighthouseScores) => Math.round((categories[CATEGORIES[name]]?.score ?? 0) * 100);
        const counted = new Set(
            Object.values(categories).flatMap(({ auditRefs }) =>
                auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => id),
            ),
        );
        return {
            scores: {
                performance: score("performance"),
                accessibility: score("accessibility"),
                bestPractices: score("bestPractices"),
                seo: score("seo"),
            },
            faults: Object.values(audits)
                .filter((audit) => counted.has(audit.id) && audit.score !== null && audit.score < 1)
                .map((audit) => `${audit.id} ${String(audit.score)} ${audit.displayValue ?? ""}`.trim()),
        };
    } finally {
        await browser.close();
    }
}

const usage = `usage: npx tsx bench/lighthouse.ts [--json] <address>...

Lighthouse's scores of pages of a running blog, as a phone sees them; medians of ${String(RUNS)} runs.`;

async function main(): Promise<number> {
    const { values, positionals } = parseArgs({
        allowPositionals: true,
        options: { json: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
    });
    if (values.help || positionals.length === 0) {
        console.log(usage);
        return values.help ? 0 : 2;
    }
    const scores: Record<string, LighthouseScores> = {};
    for (const url of positionals) scores[url] = await lighthouse(url);
    if (values.json) console.log(JSON.stringify(scores, null, 2));
    else console.table(scores);
    return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = await main();
