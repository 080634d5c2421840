import * as pulumi from "@pulumi/pulumi";

/**
 * A text that is known once something else is done: how one step is put behind another. A preview does nothing, so there
 * it's known at once, and what comes behind a change isn't shown as changed too.
 * The text says nothing of what was done, so it's no secret even where that is.
 */
export function once(done: pulumi.Output<unknown>, text: string): pulumi.Output<string> {
    return pulumi.runtime.isDryRun() ? pulumi.output(text) : pulumi.unsecret(done.apply(() => text));
}
