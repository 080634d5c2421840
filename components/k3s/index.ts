export { ClusterAccess } from "./cluster-access";
export { agentConfigFile, registrationFile, serverConfigFile, type NodeConfig } from "./config-file";
export { agentToken, serverToken } from "./join-tokens";
export { K3sNode, type NodeFacts } from "./node";
export { RemovalGuard } from "./removal-guard";
export { registriesFile, type Registry } from "./registries-file";
export { K3sStaging, type K3sRelease } from "./staging";
