/** The readers' own script: all that it does works, or is not needed, without it. */
export {};
