/**
 * Loaded into the program's process before anything else. On Node 20, util.inspect of an error in colours can loop for
 * minutes on a stack frame such as `node_modules/@pulumi/resource.ts` (nodejs/node#64011), and the SDK inspects every
 * uncaught error that way.
 */
import util from "node:util";

const inspect = util.inspect;

function withoutColours(value, options, ...rest) {
    const isColoured = value instanceof Error && typeof options === "object" && options?.colors;
    return inspect(value, isColoured ? { ...options, colors: false } : options, ...rest);
}

util.inspect = Object.assign(withoutColours, inspect);
