import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/**
 * One of k3s's join tokens: given in the settings, else generated once.
 *
 * A generated token is protected and never generated anew: it encrypts the datastore's bootstrap data,
 * and a server that starts with another one can't open what it wrote before.
 */
export function joinToken(
    name: string,
    given: pulumi.Output<string> | undefined,
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    if (given !== undefined) {
        return given;
    }
    const token = new random.RandomPassword(
        name,
        { length: 48, special: false },
        { ...opts, protect: true, ignoreChanges: ["*"] },
    );
    return token.result;
}
