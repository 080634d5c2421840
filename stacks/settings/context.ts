import type { Release } from "../../components/k3s/releases";

/** What the settings are checked against, besides themselves. Given as data and functions, so that checks stay pure. */
export interface Context {
    /** A preview: what only an `up` needs (the key's file, an agent, a local artifact) may be missing. */
    readonly dryRun: boolean;
    /** Path of the agent's socket (SSH_AUTH_SOCK). */
    readonly agentSocket?: string;
    /** Contents of a text file on the workstation, or why it cannot be read (`does not exist`). */
    readonly readFile: (path: string) => { readonly text: string } | { readonly problem: string };
    /** Why a file on the workstation cannot be used (`does not exist`), or undefined when it can. */
    readonly fileProblem: (path: string) => string | undefined;
    /** `~/x` with the home folder in it; any other path unchanged. */
    readonly expandHome: (path: string) => string;
    readonly releases: Readonly<Record<string, Release>>;
    /**
     * Formatted paths (`ssh.sudoPassword`) of the encrypted values, where the stack file could be read. Without them
     * all of a section counts as encrypted when Pulumi says that the section holds a secret.
     */
    readonly secureLeaves?: ReadonlySet<string>;
}
