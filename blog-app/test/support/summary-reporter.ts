import type { Reporter, TestModule } from "vitest/node";

/** The last line of a run, the same as the whole project's: "N passed, N failed, N skipped". */
export default class SummaryReporter implements Reporter {
    onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
        const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
        for (const module of modules) {
            // A file that can't be loaded has no tests to count.
            if (module.state() === "failed" && module.children.size === 0) count.failed += 1;
            for (const test of module.children.allTests()) count[test.result().state] += 1;
        }
        console.log(
            `\n${String(count.passed)} passed, ${String(count.failed)} failed, ${String(count.skipped + count.pending)} skipped`,
        );
    }
}
