import * as pulumi from "@pulumi/pulumi";

/**
 * An error that is told as it is, without a stack. The SDK puts `error serializing property "stdin": ` before the message of
 * an error for each input it passes through, and an operator has no use for that.
 */
export function runError(message: string): pulumi.RunError {
    return Object.defineProperty(new pulumi.RunError(message), "message", {
        get: () => message,
        set: () => undefined,
    });
}
