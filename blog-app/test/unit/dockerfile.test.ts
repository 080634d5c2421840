import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

import { parseDockerfile, stagesOf, type Stage } from "../support/dockerfile";

const root = path.resolve(import.meta.dirname, "../..");
const instructions = parseDockerfile(readFileSync(path.join(root, "Dockerfile"), "utf8"));
const stages = stagesOf(instructions);
const ignore = readFileSync(path.join(root, ".dockerignore"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));

const copies = (stage: Stage) =>
    stage.instructions
        .filter(({ name }) => name === "COPY")
        .map(({ rest }) => {
            const words = rest.split(/\s+/);
            const from = words.find((word) => word.startsWith("--from="))?.slice("--from=".length);
            const paths = words.filter((word) => !word.startsWith("--"));
            return { from, sources: paths.slice(0, -1) };
        });

describe("the Dockerfile", () => {
    it("begins from images that are pinned by their digest, or from stages that came before", () => {
        expect(stages.map(({ name }) => name)).toEqual(["deps", "build", "runtime"]);
        stages.forEach(({ from }, number) => {
            const before = stages.slice(0, number).map(({ name }) => name);
            if (!before.includes(from)) expect(from).toMatch(/^[a-z0-9./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/);
            expect(from).not.toContain(":latest");
        });
    });

    it("copies what is there and what .dockerignore lets through", () => {
        stages.forEach((stage, number) => {
            for (const { from, sources } of copies(stage)) {
                if (from !== undefined) {
                    expect(stages.slice(0, number).map(({ name }) => name)).toContain(from);
                    continue;
                }
                for (const source of sources) {
                    expect(existsSync(path.join(root, source)), source).toBe(true);
                    expect(ignore, source).toContain(`!${source}`);
                }
            }
        });
    });

    it("lets nothing through that is not copied", () => {
        expect(ignore[0]).toBe("*");
        const copied = stages.flatMap((stage) => copies(stage).flatMap(({ sources }) => sources));
        const through = ignore.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
        expect(through.filter((one) => !copied.includes(one))).toEqual([]);
    });

    it("runs dist/ and nothing else, as nobody", () => {
        const runtime = stages.at(-1)!;
        expect(runtime.from).toMatch(/^gcr\.io\/distroless\/nodejs24-debian13:nonroot@/);
        expect(copies(runtime)).toEqual([{ from: "build", sources: ["/app/dist"] }]);
        expect(runtime.instructions.filter(({ name }) => name === "RUN")).toEqual([]);
        expect(runtime.instructions.find(({ name }) => name === "USER")?.rest).toBe("65532:65532");
        const env = runtime.instructions.find(({ name }) => name === "ENV")?.rest ?? "";
        expect(env).toContain("MALLOC_ARENA_MAX=2");
        expect(env).toMatch(/NODE_OPTIONS="?[^"]*--max-old-space-size=320\b/);
    });

    it("runs no package's script, fetches nothing but by npm, and has no secret", () => {
        const text = instructions.map(({ name, rest }) => `${name} ${rest}`).join("\n");
        expect(text).toContain("RUN npm ci --ignore-scripts");
        expect(text).not.toMatch(/\b(curl|wget|apt-get|apk|git clone)\b|^ADD /m);
        expect(text).not.toMatch(/SECRET|PASSWORD|TOKEN|ACCESS_KEY|NEXT_PUBLIC/i);
    });
});
