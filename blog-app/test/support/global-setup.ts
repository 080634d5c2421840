import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { TestProject } from "vitest/node";

import { needPrograms } from "../../dev/programs";
import { removeServices, startServices, type ServicesEnv } from "../../dev/services";

declare module "vitest" {
    interface ProvidedContext {
        services: ServicesEnv;
        chromium: string;
    }
}

/** One MariaDB, Redis and S3 server for all test files; each file takes a database of its own (support/app.ts). */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
    const say = (line: string) => {
        console.log(line);
    };
    const folder = mkdtempSync(path.join(tmpdir(), "blog-app-test-"));
    const services = await startServices(folder, say);
    project.provide("services", services.env);
    project.provide("chromium", (await needPrograms(["chromium"], say)).chromium);
    if (process.env.BLOG_TEST_NO_BUILD === undefined) {
        execFileSync("npm", ["run", "--silent", "build"], {
            cwd: path.resolve(import.meta.dirname, "../.."),
            stdio: ["ignore", "ignore", "inherit"],
        });
    }
    return async () => {
        await services.close();
        removeServices(folder);
    };
}
