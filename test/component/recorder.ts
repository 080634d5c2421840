import * as pulumi from "@pulumi/pulumi";

/** One resource as the program registered it, with its secrets unwrapped and their paths kept. */
export interface Recorded {
    readonly type: string;
    readonly name: string;
    readonly inputs: Readonly<Record<string, unknown>>;
    /** Top-level inputs that were registered as secrets. */
    readonly secretInputs: readonly string[];
}

/**
 * Takes Pulumi's mocks into use, for one project and stack, and records what is registered.
 *
 * What this can't prove: parents, aliases, URNs, protection, and that a remote script runs; the lab's engine shows those.
 */
export async function recordResources(
    stack: string,
    respond: (resource: Recorded) => Record<string, unknown>,
): Promise<Recorded[]> {
    const recorded: Recorded[] = [];
    await pulumi.runtime.setMocks(
        {
            newResource({ type, name, inputs }: pulumi.runtime.MockResourceArgs) {
                const raw = inputs as Record<string, unknown>;
                const plain = Object.fromEntries(
                    Object.entries(raw).map(([key, value]) => [key, pulumi.runtime.unwrapRpcSecret(value) as unknown]),
                );
                const resource = {
                    type,
                    name,
                    inputs: plain,
                    secretInputs: Object.keys(raw).filter((key) => pulumi.runtime.isRpcSecret(raw[key])),
                };
                recorded.push(resource);
                return { id: `${name}-id`, state: { ...plain, ...respond(resource) } };
            },
            call: () => ({}),
        },
        "onprem-blog",
        stack,
        false,
    );
    return recorded;
}
