/** Seconds since a moment of `Date.now()`. */
export const seconds = (since: number) => (Date.now() - since) / 1000;

/** @throws Error with every error of a run that failed: its figures would mean nothing. */
export function succeeded({ ok, errors }: { readonly ok: boolean; readonly errors: readonly string[] }): void {
    if (!ok) {
        throw new Error(["the program failed:", ...errors].join("\n"));
    }
}

/** One line of a table for people: the value first, aligned. */
export const row = (what: string, value: number, unit = "s") => `${value.toFixed(1).padStart(8)} ${unit}  ${what}`;
