export { hostFacts, type HostFacts } from "./host-facts";
export { judge, type Candidate, type Requirements, type Verdict, type WantedHost } from "./judge";
export { Preflight, preflightMessage, type PreflightHost } from "./preflight";
export { prepareLaptop, type PrepareSettings } from "./prepare";
