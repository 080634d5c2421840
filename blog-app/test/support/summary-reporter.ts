import type { Reporter, TestModule } from "vitest/node";

/** The last line of a run, the same as the whole project's: "N passed, N failed, N skipped". */
export default class SummaryReporter implements Reporter {
    onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
        // test/run.ts has run the static checks before.
        const [passed = 0, failed = 0] = (process.env.BLOG_STATIC_CHECKS ?? "").split(" ").map(Number);
        const count = { passed, failed: failed + errors.length, skipped: 0, pending: 0 };
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
