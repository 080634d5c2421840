export { formatFault, formatFaults, type Fault } from "./fault";
export { load, NAMESPACE } from "./load";
export { parseSettings, type Result } from "./parse";
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
