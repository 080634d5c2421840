/** Pulumi's ResourceMonitor, as the program's SDK calls it: messages in, deployment, messages out. */
import * as grpc from "@grpc/grpc-js";
import type { Callback } from "@pulumi/pulumi/proto/callback_pb";
import * as providerMessages from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type Deployment, Stopped, messageOf } from "./deployment";
import { invoke } from "./invokes";
import { type Registration, fromStruct, registrationOf, toStruct, transformOptionsOf, transformed } from "./messages";

/** What the SDK may rely on; `outputValues`, `invokeTransforms` and `errorHooks` are not among it. */
const FEATURES = new Set([
    "secrets",
    "resourceReferences",
    "aliasSpecs",
    "deletedWith",
    "replaceWith",
    "transforms",
    "resourceHooks",
    "parameterization",
]);

type Handler<Request, Answer> = (request: Request) => Promise<Answer>;

/** Answers a request unless the run has been stopped meanwhile; what a failure means is the caller's to say. */
function answering<Request, Answer>(
    deployment: Deployment,
    handle: Handler<Request, Answer>,
    onFailure: (error: unknown, answer: grpc.sendUnaryData<Answer>) => void,
): grpc.handleUnaryCall<Request, Answer> {
    return (call, answer) => {
        handle(call.request).then(
            (value) => {
                if (!deployment.stopped) {
                    answer(null, value);
                }
            },
            (error: unknown) => {
                onFailure(error, answer);
            },
        );
    };
}

/**
 * A request whose failure ends the run: it is never answered then. Any answer would let the program go on, and
 * "unavailable" makes the SDK print errors of its own.
 */
function ending<Request, Answer>(
    deployment: Deployment,
    handle: Handler<Request, Answer>,
): grpc.handleUnaryCall<Request, Answer> {
    return answering(deployment, handle, (error) => {
        if (!(error instanceof Stopped)) {
            deployment.fail(messageOf(error));
        }
    });
}

/** A request whose failure the program may catch. */
function failing<Request, Answer>(
    deployment: Deployment,
    handle: Handler<Request, Answer>,
): grpc.handleUnaryCall<Request, Answer> {
    return answering(deployment, handle, (error, answer) => {
        answer({ code: grpc.status.UNKNOWN, details: messageOf(error) });
    });
}

/** The transforms of the resource itself, then those of the whole stack, each seeing what the one before made. */
async function transform(
    deployment: Deployment,
    request: messages.RegisterResourceRequest,
    stackTransforms: readonly Callback[],
): Promise<Registration> {
    let registration = registrationOf(request);
    let options = transformOptionsOf(request);
    for (const callback of [...registration.transforms, ...stackTransforms]) {
        const question = new messages.TransformRequest()
            .setType(registration.type)
            .setName(registration.name)
            .setCustom(registration.custom)
            .setParent(registration.parentUrn)
            .setProperties(toStruct(registration.inputs))
            .setOptions(options);
        const answer = messages.TransformResponse.deserializeBinary(
            await deployment.options.callbacks.invoke(callback, question),
        );
        options = answer.getOptions() ?? options;
        registration = transformed(registration, fromStruct(answer.getProperties()), options);
    }
    return registration;
}

/**
 * @param finish what is left to do when the program has registered everything; the program waits for it
 */
export function addMonitor(server: grpc.Server, deployment: Deployment, finish: () => Promise<void>): void {
    const stackTransforms: Callback[] = [];
    const empty = () => Promise.resolve(new Empty());

    server.addService(ResourceMonitorService, {
        supportsFeature: ending(deployment, (request: messages.SupportsFeatureRequest) =>
            Promise.resolve(new messages.SupportsFeatureResponse().setHassupport(FEATURES.has(request.getId()))),
        ),
        registerResource: ending(deployment, async (request: messages.RegisterResourceRequest) => {
            const registration = await transform(deployment, request, stackTransforms);
            const { urn, id, outputs } = await deployment.register(registration);
            return new messages.RegisterResourceResponse()
                .setUrn(urn)
                .setId(id)
                .setObject(toStruct(outputs))
                .setResult(messages.Result.SUCCESS);
        }),
        registerResourceOutputs: ending(deployment, async (request: messages.RegisterResourceOutputsRequest) => {
            await deployment.registerOutputs(request.getUrn(), fromStruct(request.getOutputs()));
            return new Empty();
        }),
        readResource: ending(deployment, async (request: messages.ReadResourceRequest) => {
            const { urn, outputs } = await deployment.read(
                request.getType(),
                request.getName(),
                request.getParent(),
                request.getId(),
                request.getProvider(),
            );
            return new messages.ReadResourceResponse().setUrn(urn).setProperties(toStruct(outputs));
        }),
        invoke: failing(deployment, async (request: messages.ResourceInvokeRequest) => {
            const result = await invoke(deployment, request.getTok(), fromStruct(request.getArgs()));
            return new providerMessages.InvokeResponse().setReturn(toStruct(result));
        }),
        call: failing(deployment, (request: messages.ResourceCallRequest) =>
            Promise.reject(new Error(`the lab engine has no provider for the method ${request.getTok()}`)),
        ),
        registerStackTransform: ending(deployment, (callback: Callback) => {
            stackTransforms.push(callback);
            return empty();
        }),
        registerStackInvokeTransform: ending(deployment, () =>
            Promise.reject(new Error("invoke transforms are not supported by the lab engine")),
        ),
        registerResourceHook: ending(deployment, (request: messages.RegisterResourceHookRequest) => {
            deployment.hooks.register(request);
            return empty();
        }),
        registerErrorHook: ending(deployment, () =>
            Promise.reject(new Error("error hooks are not supported by the lab engine")),
        ),
        registerPackage: ending(deployment, (request: messages.RegisterPackageRequest) =>
            Promise.resolve(new messages.RegisterPackageResponse().setRef(request.getName())),
        ),
        signalAndWaitForShutdown: ending(deployment, async () => {
            await finish();
            return new Empty();
        }),
        getDeploymentInfo: ending(deployment, () =>
            Promise.resolve(
                new messages.DeploymentInfo()
                    .setProject(deployment.options.project)
                    .setStack(deployment.options.stack)
                    .setDryrun(deployment.options.dryRun),
            ),
        ),
    });
}
