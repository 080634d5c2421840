export { connection, type Credentials, type Host } from "./connection";
export { stepFacts } from "./facts";
export { once } from "./once";
export { readScript } from "./payload";
export type { ShellValue } from "./quote";
export { runError } from "./run-error";
export { RemoteStep, type RemoteStepArgs } from "./remote-step";
