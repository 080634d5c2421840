import { defineConfig } from "vitest/config";

export default defineConfig({
    test: {
        projects: [
            { test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
            {
                test: {
                    name: "real",
                    include: ["test/{integration,http,browser,load}/**/*.test.ts"],
                    globalSetup: ["test/support/global-setup.ts"],
                    testTimeout: 60_000,
                    hookTimeout: 60_000,
                    // Two cores: what starts a server or a browser has them to itself.
                    fileParallelism: false,
                },
            },
        ],
        reporters: ["default", "./test/support/summary-reporter.ts"],
    },
});
