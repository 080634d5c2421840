/**
 * Runs the Pulumi program on machines that cannot fetch Pulumi: the SDK's own entry point against an in-process
 * monitor, with executors that do the work. For the lab and the tests only.
 */
export { NOTICE, destroy, preview, readOutputs, up } from "./run";
export { renderTree } from "./report";
export type {
    DoneStatus,
    EngineEvent,
    EngineOptions,
    EngineResult,
    PlannedStatus,
    ResourceReport,
    Severity,
    Status,
} from "./types";
