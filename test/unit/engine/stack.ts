/** A throw-away stack of a test program. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { type EngineEvent, type EngineOptions, type EngineResult, destroy, preview, up } from "../../../lab/engine";
import { encryptValue, newEncryptionSalt } from "../../../stacks/settings/stack-file";

/** One salt for all test stacks: deriving a key takes half a second. */
const { encryptionsalt, key } = newEncryptionSalt("test passphrase");
export const PASSPHRASE = "test passphrase";
export const PROGRAMS = join(__dirname, "programs");

/** A `secure:` value for a stack file. */
export function secure(value: string): { secure: string } {
    return { secure: encryptValue(key, value) };
}

export interface Run extends EngineResult {
    readonly events: EngineEvent[];
    /** All that was said, as one text. */
    readonly said: string;
    readonly statuses: Record<string, string>;
}

export class TestStack {
    readonly folder = mkdtempSync(join(tmpdir(), "engine-stack-"));
    readonly stateDir = join(this.folder, "state");
    readonly stackFile = join(this.folder, "Pulumi.test.yaml");
    readonly #program: string;

    constructor(program: string, config: Record<string, unknown>) {
        this.#program = program;
        this.configure(config);
    }

    /** Writes the stack file. */
    configure(config: Record<string, unknown>): void {
        const named = Object.entries(config).map(([name, value]) => [`engine-test:${name}`, value]);
        writeFileSync(this.stackFile, stringify({ encryptionsalt, config: Object.fromEntries(named) as unknown }));
    }

    get journal(): string {
        return readFileSync(join(this.stateDir, "journal.json"), "utf8");
    }

    options(extra: Partial<EngineOptions> = {}): EngineOptions {
        return {
            projectDir: join(PROGRAMS, this.#program),
            stackName: "test",
            stackFile: this.stackFile,
            stateDir: this.stateDir,
            passphrase: PASSPHRASE,
            ...extra,
        };
    }

    up(extra: Partial<EngineOptions> = {}): Promise<Run> {
        return this.#run(up, extra);
    }

    preview(extra: Partial<EngineOptions> = {}): Promise<Run> {
        return this.#run(preview, extra);
    }

    destroy(extra: Partial<EngineOptions> = {}): Promise<Run> {
        return this.#run(destroy, extra);
    }

    remove(): void {
        rmSync(this.folder, { recursive: true, force: true });
    }

    async #run(work: (options: EngineOptions) => Promise<EngineResult>, extra: Partial<EngineOptions>): Promise<Run> {
        const events: EngineEvent[] = [];
        const { onEvent } = extra;
        const result = await work(
            this.options({
                ...extra,
                onEvent: (event) => {
                    events.push(event);
                    onEvent?.(event);
                },
            }),
        );
        return {
            ...result,
            events,
            said: [...events.map((event) => event.message ?? ""), ...result.errors].join("\n"),
            statuses: Object.fromEntries(result.resources.map(({ name, status }) => [name, status])),
        };
    }
}
