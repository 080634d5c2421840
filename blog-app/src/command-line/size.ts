/** 12.3 MiB; KiB below one. */
export function sizeOf(bytes: number): string {
    const kibibytes = bytes / 1024;
    return kibibytes < 1024 ? `${kibibytes.toFixed(1)} KiB` : `${(kibibytes / 1024).toFixed(1)} MiB`;
}
