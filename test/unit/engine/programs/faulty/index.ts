/** Programs that go wrong in a way of their own. */
import { Config, CustomResource, getStack } from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const fault = new Config().require("fault");

class Raw extends CustomResource {}

function deepError(): Error {
    const error = new Error("thrown by the program");
    const frame = "    at Object.register (/srv/app/node_modules/@pulumi/resource.ts:10:5)";
    error.stack = [`Error: ${error.message}`, ...Array.from({ length: 20 }, () => frame)].join("\n");
    return error;
}

const FAULTS: Record<string, () => unknown> = {
    throws: () => {
        throw deepError();
    },
    rejects: () => Promise.reject(deepError()),
    "never settles": () => new Promise(() => undefined),
    duplicate: () => {
        new random.RandomId("twice", { byteLength: 2 });
        new random.RandomId("twice", { byteLength: 2 });
    },
    "yaml v2": () => new Raw("kubernetes:yaml/v2:ConfigGroup", "group", {}, {}),
    "unknown kind": () => new Raw("aws:s3/bucket:Bucket", "bucket", {}, {}),
    exits: () => process.exit(3),
};

export = async () => {
    await FAULTS[fault]?.();
    return { stack: getStack() };
};
