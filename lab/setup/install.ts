import { runAsRoot } from "../run";

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
