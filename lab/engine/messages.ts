/** Pulumi's protocol messages <-> the engine's own shapes. */
import type { Alias } from "@pulumi/pulumi/proto/alias_pb";
import { Alias as AliasMessage } from "@pulumi/pulumi/proto/alias_pb";
import type { Callback } from "@pulumi/pulumi/proto/callback_pb";
import { type RegisterResourceRequest, TransformResourceOptions } from "@pulumi/pulumi/proto/resource_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { AliasSpec } from "./urns";
import type { WireObject } from "./wire";

/** Names of the hooks bound to a resource, per moment. */
export interface HookNames {
    readonly beforeCreate: readonly string[];
    readonly afterCreate: readonly string[];
    readonly beforeUpdate: readonly string[];
    readonly afterUpdate: readonly string[];
    readonly beforeDelete: readonly string[];
    readonly afterDelete: readonly string[];
}

/** A resource as the program registers it. */
export interface Registration {
    readonly type: string;
    readonly name: string;
    readonly parentUrn: string;
    readonly custom: boolean;
    readonly remote: boolean;
    readonly inputs: WireObject;
    readonly dependencies: readonly string[];
    /** `<urn>::<id>`, or empty. */
    readonly provider: string;
    readonly protect?: boolean;
    readonly retainOnDelete?: boolean;
    readonly deletedWith: string;
    readonly ignoreChanges: readonly string[];
    readonly additionalSecretOutputs: readonly string[];
    readonly aliases: readonly AliasSpec[];
    readonly importId: string;
    /** Seconds per kind of work; absent when the program sets none. */
    readonly timeouts: { readonly create?: number; readonly update?: number; readonly delete?: number };
    readonly hooks: HookNames;
    readonly transforms: readonly Callback[];
}

export function toStruct(value: WireObject): Struct {
    return Struct.fromJavaScript(value);
}

export function fromStruct(struct: Struct | undefined): WireObject {
    return struct?.toJavaScript() ?? {};
}

const UNITS: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** Seconds of a Go duration such as `1h30m` or `90s`; undefined when empty. */
export function durationSeconds(text: string): number | undefined {
    if (text === "") {
        return undefined;
    }
    let seconds = 0;
    for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)) {
        seconds += Number(number) * (UNITS[unit ?? "s"] ?? 1);
    }
    return seconds;
}

function timeoutsOf(message: RegisterResourceRequest.CustomTimeouts | undefined): Registration["timeouts"] {
    const create = durationSeconds(message?.getCreate() ?? "");
    const update = durationSeconds(message?.getUpdate() ?? "");
    const remove = durationSeconds(message?.getDelete() ?? "");
    return {
        ...(create === undefined ? {} : { create }),
        ...(update === undefined ? {} : { update }),
        ...(remove === undefined ? {} : { delete: remove }),
    };
}

function aliasOf(message: Alias): AliasSpec {
    const spec = message.getSpec();
    if (message.getAliasCase() === AliasMessage.AliasCase.URN || !spec) {
        return { urn: message.getUrn() };
    }
    return {
        name: spec.getName(),
        type: spec.getType(),
        stack: spec.getStack(),
        project: spec.getProject(),
        parentUrn: spec.getParenturn(),
        noParent: spec.getNoparent(),
    };
}

function hooksOf(message: RegisterResourceRequest.ResourceHooksBinding | undefined): HookNames {
    return {
        beforeCreate: message?.getBeforeCreateList() ?? [],
        afterCreate: message?.getAfterCreateList() ?? [],
        beforeUpdate: message?.getBeforeUpdateList() ?? [],
        afterUpdate: message?.getAfterUpdateList() ?? [],
        beforeDelete: message?.getBeforeDeleteList() ?? [],
        afterDelete: message?.getAfterDeleteList() ?? [],
    };
}

/** Reads a registration. */
export function registrationOf(request: RegisterResourceRequest): Registration {
    const propertyDependencies = [...request.getPropertydependenciesMap().entries()].flatMap(([, urns]) =>
        urns.getUrnsList(),
    );
    return {
        type: request.getType(),
        name: request.getName(),
        parentUrn: request.getParent(),
        custom: request.getCustom(),
        remote: request.getRemote(),
        inputs: fromStruct(request.getObject()),
        dependencies: [...new Set([...request.getDependenciesList(), ...propertyDependencies])],
        provider: request.getProvider(),
        ...(request.hasProtect() ? { protect: request.getProtect() === true } : {}),
        ...(request.hasRetainondelete() ? { retainOnDelete: request.getRetainondelete() === true } : {}),
        deletedWith: request.getDeletedwith(),
        ignoreChanges: request.getIgnorechangesList(),
        additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
        aliases: request.getAliasesList().map(aliasOf),
        importId: request.getImportid(),
        timeouts: timeoutsOf(request.getCustomtimeouts()),
        hooks: hooksOf(request.getHooks()),
        transforms: request.getTransformsList(),
    };
}

/** The options a transform may change, as they were sent with the registration. */
export function transformOptionsOf(request: RegisterResourceRequest): TransformResourceOptions {
    const options = new TransformResourceOptions()
        .setDependsOnList(request.getDependenciesList())
        .setIgnoreChangesList(request.getIgnorechangesList())
        .setReplaceOnChangesList(request.getReplaceonchangesList())
        .setVersion(request.getVersion())
        .setAliasesList(request.getAliasesList())
        .setProvider(request.getProvider())
        .setPluginDownloadUrl(request.getPlugindownloadurl())
        .setDeletedWith(request.getDeletedwith())
        .setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList())
        .setImport(request.getImportid());
    if (request.hasProtect()) {
        options.setProtect(request.getProtect() === true);
    }
    if (request.hasRetainondelete()) {
        options.setRetainOnDelete(request.getRetainondelete() === true);
    }
    if (request.getDeletebeforereplacedefined()) {
        options.setDeleteBeforeReplace(request.getDeletebeforereplace());
    }
    const timeouts = request.getCustomtimeouts();
    if (timeouts) {
        options.setCustomTimeouts(timeouts);
    }
    const hooks = request.getHooks();
    if (hooks) {
        options.setHooks(hooks);
    }
    for (const [name, reference] of request.getProvidersMap().entries()) {
        options.getProvidersMap().set(name, reference);
    }
    return options;
}

/** The registration after a transform changed its properties and options. */
export function transformed(
    registration: Registration,
    inputs: WireObject,
    options: TransformResourceOptions | undefined,
): Registration {
    if (!options) {
        return { ...registration, inputs };
    }
    return {
        type: registration.type,
        name: registration.name,
        parentUrn: registration.parentUrn,
        custom: registration.custom,
        remote: registration.remote,
        importId: registration.importId,
        transforms: registration.transforms,
        inputs,
        dependencies: [...new Set([...registration.dependencies, ...options.getDependsOnList()])],
        provider: options.getProvider(),
        ...(options.hasProtect() ? { protect: options.getProtect() === true } : {}),
        ...(options.hasRetainOnDelete() ? { retainOnDelete: options.getRetainOnDelete() === true } : {}),
        deletedWith: options.getDeletedWith(),
        ignoreChanges: options.getIgnoreChangesList(),
        additionalSecretOutputs: options.getAdditionalSecretOutputsList(),
        aliases: options.getAliasesList().map(aliasOf),
        timeouts: timeoutsOf(options.getCustomTimeouts()),
        hooks: hooksOf(options.getHooks()),
    };
}
