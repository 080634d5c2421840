/** Explicit providers: nothing is made; their inputs serve the resources that name them. */
import { randomUUID } from "node:crypto";
import { changedInputs } from "../inputs";
import type { Executor } from "../types";

/** Settings that change what the Kubernetes provider does in a way the lab engine does not follow. */
const REFUSED = ["renderYamlToDirectory"];

export const provider: Executor = {
    handles: (type) => type.startsWith("pulumi:providers:"),
    plan: (job) => {
        if (!job.old) {
            return { status: "planned-create", outputs: job.wireInputs };
        }
        const isSame = changedInputs(job.old.inputs, job.inputs).length === 0;
        return { status: isSame ? "unchanged" : "planned-change", outputs: job.wireInputs };
    },
    apply: (job) => {
        const refused = REFUSED.find((name) => job.inputs[name] !== undefined);
        if (refused !== undefined) {
            return Promise.reject(new Error(`the provider's setting ${refused} is not supported by the lab engine`));
        }
        const isSame = job.old !== undefined && changedInputs(job.old.inputs, job.inputs).length === 0;
        return Promise.resolve({
            id: job.old?.id ?? randomUUID(),
            outputs: job.wireInputs,
            status: job.old ? (isSame ? "unchanged" : "changed") : "created",
        });
    },
};
