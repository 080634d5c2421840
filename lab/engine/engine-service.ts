/** Pulumi's Engine service: the program's log, and questions about versions. */
import type * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Deployment } from "./deployment";
import type { Severity } from "./types";

const SEVERITIES: Record<messages.LogSeverity, Severity> = {
    [messages.LogSeverity.DEBUG]: "debug",
    [messages.LogSeverity.INFO]: "info",
    [messages.LogSeverity.WARNING]: "warning",
    [messages.LogSeverity.ERROR]: "error",
};

export function addEngine(server: grpc.Server, deployment: Deployment): void {
    let root = "";
    server.addService(EngineService, {
        log: (call: grpc.ServerUnaryCall<messages.LogRequest, Empty>, answer: grpc.sendUnaryData<Empty>) => {
            const severity = SEVERITIES[call.request.getSeverity()];
            const message = call.request.getMessage();
            if (severity === "error") {
                deployment.fail(message);
            } else if (severity !== "debug") {
                deployment.log(message, severity, call.request.getUrn());
            }
            answer(null, new Empty());
        },
        setRootResource: (
            call: grpc.ServerUnaryCall<messages.SetRootResourceRequest, messages.SetRootResourceResponse>,
            answer: grpc.sendUnaryData<messages.SetRootResourceResponse>,
        ) => {
            root = call.request.getUrn();
            answer(null, new messages.SetRootResourceResponse());
        },
        getRootResource: (_call: unknown, answer: grpc.sendUnaryData<messages.GetRootResourceResponse>) => {
            answer(null, new messages.GetRootResourceResponse().setUrn(root));
        },
        startDebugging: (_call: unknown, answer: grpc.sendUnaryData<Empty>) => {
            answer(null, new Empty());
        },
        // The SDK's own version is pinned by the project: whatever range it asks for is the one it came with.
        requirePulumiVersion: (_call: unknown, answer: grpc.sendUnaryData<messages.RequirePulumiVersionResponse>) => {
            answer(null, new messages.RequirePulumiVersionResponse());
        },
    });
}
