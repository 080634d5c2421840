/** Hooks: functions of the program that run before and after a resource is created, updated or deleted. */
import type { RegisterResourceHookRequest } from "@pulumi/pulumi/proto/resource_pb";
import { ResourceHookRequest, ResourceHookResponse } from "@pulumi/pulumi/proto/resource_pb";
import type { Callbacks } from "./callbacks";
import { toStruct } from "./messages";
import type { WireObject } from "./wire";

/** What a hook is told about its resource. */
export interface HookSubject {
    readonly urn: string;
    readonly id: string;
    readonly name: string;
    readonly type: string;
    readonly newInputs?: WireObject;
    readonly oldInputs?: WireObject;
    readonly newOutputs?: WireObject;
    readonly oldOutputs?: WireObject;
}

export class Hooks {
    readonly #registered = new Map<string, RegisterResourceHookRequest>();
    readonly #callbacks: Callbacks;
    readonly #dryRun: boolean;
    readonly #warn: (urn: string, message: string) => void;

    constructor(callbacks: Callbacks, dryRun: boolean, warn: (urn: string, message: string) => void) {
        this.#callbacks = callbacks;
        this.#dryRun = dryRun;
        this.#warn = warn;
    }

    register(request: RegisterResourceHookRequest): void {
        if (this.#registered.has(request.getName())) {
            throw new Error(`the resource hook '${request.getName()}' is registered twice`);
        }
        this.#registered.set(request.getName(), request);
    }

    /** False for a hook whose program does not run, as when everything is destroyed. */
    has(name: string): boolean {
        return this.#registered.has(name);
    }

    /** Runs the named hooks one after another. A failing hook fails the resource, unless it says otherwise. */
    async run(names: readonly string[], subject: HookSubject): Promise<void> {
        for (const name of names) {
            const hook = this.#registered.get(name);
            const callback = hook?.getCallback();
            if (!hook || !callback) {
                throw new Error(`the resource hook '${name}' is not registered`);
            }
            if (this.#dryRun && !hook.getOnDryRun()) {
                continue;
            }
            const message = await this.#call(callback, subject);
            if (message === "") {
                continue;
            }
            const text = `hook '${name}' failed: ${message}`;
            if (!hook.getIgnoreErrors()) {
                throw new Error(text);
            }
            this.#warn(subject.urn, text);
        }
    }

    async #call(callback: Parameters<Callbacks["invoke"]>[0], subject: HookSubject): Promise<string> {
        const request = new ResourceHookRequest()
            .setUrn(subject.urn)
            .setId(subject.id)
            .setName(subject.name)
            .setType(subject.type);
        if (subject.newInputs) {
            request.setNewInputs(toStruct(subject.newInputs));
        }
        if (subject.oldInputs) {
            request.setOldInputs(toStruct(subject.oldInputs));
        }
        if (subject.newOutputs) {
            request.setNewOutputs(toStruct(subject.newOutputs));
        }
        if (subject.oldOutputs) {
            request.setOldOutputs(toStruct(subject.oldOutputs));
        }
        return ResourceHookResponse.deserializeBinary(await this.#callbacks.invoke(callback, request)).getError();
    }
}
