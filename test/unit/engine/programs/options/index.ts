/** Hooks and transforms. */
import { ComponentResource, Config, ResourceHook, type ResourceTransformArgs, runtime } from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { appendFileSync } from "node:fs";

const config = new Config();
const log = config.require("log");

const hooks = ["before", "after"].map(
    (moment) =>
        new ResourceHook(moment, (args) => {
            if (config.get("fail") === moment) {
                throw new Error("the hook says no");
            }
            const made = args.newOutputs as { result?: string } | undefined;
            appendFileSync(log, `${moment} ${args.name} ${String(made?.result?.length ?? 0)}\n`);
        }),
);
const [before, after] = hooks as [ResourceHook, ResourceHook];
const deleted = new ResourceHook("deleted", (args) => {
    appendFileSync(log, `deleted ${args.name}\n`);
});

runtime.registerResourceTransform(({ type, props, opts }: ResourceTransformArgs) =>
    type.includes("RandomString") ? { props: { ...props, special: false }, opts } : undefined,
);

const group = new ComponentResource("test:index:Group", "group", {}, { protect: config.getBoolean("protect") });
new random.RandomString(
    "text",
    { length: config.getNumber("length") ?? 8 },
    {
        parent: group,
        hooks: { beforeCreate: [before], afterCreate: [after], beforeUpdate: [before], afterUpdate: [after] },
        transforms: [({ props, opts }) => ({ props: { ...props, upper: false, lower: false }, opts })],
    },
);
if (config.getBoolean("extra") === true) {
    new random.RandomString("extra", { length: 4 }, { hooks: { beforeDelete: [deleted], afterDelete: [deleted] } });
}
