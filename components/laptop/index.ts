export { hostFacts, type HostFacts } from "./host-facts";
export { judge, type Candidate, type PushedFiles, type Requirements, type Verdict, type WantedHost } from "./judge";
export { Preflight, preflightMessage, type PreflightHost } from "./preflight";
export { pushedFiles } from "./pushed-files";
export { prepareLaptop, type PrepareSettings } from "./prepare";
