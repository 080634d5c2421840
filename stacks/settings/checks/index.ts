import type { Context } from "../context";
import type { View } from "../draft";
import type { Fault } from "../fault";
import { checkHello } from "./hello";
import { checkK3s } from "./k3s";
import { checkLaptops, checkPlaceholders } from "./laptops";
import { checkSsh } from "./ssh";

/** Every rule that looks at more than one key, or at something outside the stack file. */
export function crossCheck(view: View, context: Context): Fault[] {
    return [
        ...checkLaptops(view),
        ...checkPlaceholders(view, context),
        ...checkSsh(view, context),
        ...checkK3s(view, context),
        ...checkHello(view),
    ];
}
