/**
 * Imported by the program before anything else: keeps an uncaught error from hanging the process.
 *
 * On Node 20, util.inspect of an error in colours can loop for minutes, and eat gigabytes, on a stack frame such as
 * `node_modules/@pulumi/resource.ts` (nodejs/node#64011). Pulumi's SDK inspects every uncaught error that way, under
 * the real CLI too, so colours are left out for errors.
 */
import util from "node:util";

type Inspect = (value: unknown, options?: unknown, ...rest: unknown[]) => string;

const inspect = util.inspect as Inspect;

function inColour(options: unknown): options is util.InspectOptions {
    return typeof options === "object" && options !== null && (options as util.InspectOptions).colors === true;
}

const guarded: Inspect = (value, options, ...rest) =>
    inspect(value, value instanceof Error && inColour(options) ? { ...options, colors: false } : options, ...rest);

util.inspect = Object.assign(guarded, util.inspect) as typeof util.inspect;
