import pino from "pino";

export type Log = pino.Logger;

/** JSON lines on stdout. Nothing of a request's body or cookies is ever given to it. */
export function createLog(level: string): Log {
    return pino({
        level,
        base: undefined,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
    });
}
