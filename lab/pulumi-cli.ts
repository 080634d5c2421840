import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { run, type RunOptions } from "./run";

export interface PulumiCliOptions {
    /** `pulumi` on PATH, or how npm starts it. */
    readonly command: readonly string[];
    readonly projectDir: string;
    readonly stackName: string;
    readonly stackFile: string;
    /** Folder of the file backend. */
    readonly stateDir: string;
    readonly passphraseFile: string;
    readonly onLine: (line: string) => void;
    readonly signal?: AbortSignal | undefined;
}

/** Pulumi itself with its state in a folder of the lab. */
export class PulumiCli {
    constructor(private readonly options: PulumiCliOptions) {}

    /** @returns the stack's outputs, secrets in plain. */
    async up(): Promise<Record<string, unknown>> {
        await this.select();
        await this.pulumi(["up", "--yes", "--skip-preview", "--config-file", this.options.stackFile]);
        const { stdout } = await this.pulumi(["stack", "output", "--json", "--show-secrets"], {});
        return JSON.parse(stdout) as Record<string, unknown>;
    }

    async preview(): Promise<string> {
        await this.select();
        return (await this.pulumi(["preview", "--diff", "--config-file", this.options.stackFile], {})).stdout;
    }

    /** In a folder aside: making a stack writes into the stack file beside Pulumi.yaml, and that one is committed. */
    private async select(): Promise<void> {
        const { projectDir, stackFile, stackName, stateDir } = this.options;
        const aside = join(stateDir, "project");
        mkdirSync(aside, { recursive: true, mode: 0o700 });
        copyFileSync(join(projectDir, "Pulumi.yaml"), join(aside, "Pulumi.yaml"));
        copyFileSync(stackFile, join(aside, `Pulumi.${stackName}.yaml`));
        await this.pulumi(["stack", "select", "--create", "--secrets-provider", "passphrase", "--cwd", aside]);
    }

    private pulumi(args: readonly string[], options: RunOptions = { onLine: this.options.onLine }) {
        return run([...this.options.command, ...args, "--non-interactive", "--stack", this.options.stackName], {
            ...options,
            cwd: this.options.projectDir,
            signal: this.options.signal,
            env: {
                PULUMI_BACKEND_URL: `file://${this.options.stateDir}`,
                PULUMI_CONFIG_PASSPHRASE_FILE: this.options.passphraseFile,
                PULUMI_NODEJS_TRANSPILE_ONLY: "true",
                PULUMI_SKIP_UPDATE_CHECK: "true",
            },
        });
    }
}
