/** A secret that only an `up` can know: the key file of a preview on another machine. */
export const UNKNOWN_SECRET: unique symbol = Symbol("unknown secret");

/** A secret before it's wrapped in an Output. */
export type PlainSecret = string | typeof UNKNOWN_SECRET;
