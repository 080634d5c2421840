export type { ArtifactSource } from "./artifact";
export { ClusterAccess } from "./cluster-access";
export { agentConfigFile, serverConfigFile, type NodeConfig } from "./config-file";
export { joinToken } from "./join-tokens";
export { K3sNode, type NodeFacts } from "./node";
