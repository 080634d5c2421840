import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** Arguments of {@link serverToken}. */
export interface ServerTokenArgs {
    readonly given: pulumi.Output<string> | undefined;
    /** Whether what the token opens may go: only then may the token. */
    readonly dataMayGo: boolean;
}

/**
 * The token by which servers join: given in the settings, else generated once.
 *
 * It encrypts the datastore's bootstrap data, and a server that starts with another one can't open what it wrote before.
 * So it is protected, never generated anew, and stays in the state when one is given, which would otherwise ask for the
 * removal of what is protected.
 */
export function serverToken(name: string, args: ServerTokenArgs, opts: pulumi.CustomResourceOptions) {
    const generated = new random.RandomPassword(
        name,
        { length: 48, special: false },
        { ...opts, protect: !args.dataMayGo, ignoreChanges: ["*"] },
    );
    return args.given ?? generated.result;
}

/** Arguments of {@link agentToken}. */
export interface AgentTokenArgs {
    readonly given: pulumi.Output<string> | undefined;
    /** A raised number generates a new token. */
    readonly renewal: number;
}

/** The token by which agents join: given in the settings, else generated. It opens no data, so it can be renewed. */
export function agentToken(name: string, args: AgentTokenArgs, opts: pulumi.CustomResourceOptions) {
    if (args.given !== undefined) {
        return args.given;
    }
    const { renewal } = args;
    return new random.RandomPassword(name, { length: 48, special: false, keepers: { renewal: String(renewal) } }, opts)
        .result;
}
