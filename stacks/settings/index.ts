export { formatFault, formatFaults, type Fault } from "./fault";
export { NAMESPACE } from "./config";
export { load } from "./load";
export { parseSettings, type Result } from "./parse";
export { parseStackFile } from "./parse-stack-file";
export { workstation } from "./workstation";
export type {
    Architecture,
    Artifact,
    ArtifactSource,
    Hello,
    K3s,
    Laptop,
    OperatingSystem,
    Preflight,
    Prepare,
    Role,
    Settings,
    Ssh,
    SshEndpoint,
} from "./types";
