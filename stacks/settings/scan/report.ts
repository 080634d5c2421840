import { format } from "./connection";
import type { Finding } from "./scan";

const ON_THE_LAPTOP = "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub";

/** The scan's result for people: keys as YAML lines, fingerprints to be compared by eye. */
export function report(findings: readonly Finding[]): string {
    const blocks = findings.map((finding) =>
        [heading(finding), ...body(finding).map((line) => `  ${line}`)].join("\n"),
    );
    const advice = findings.some(({ key }) => key !== undefined)
        ? [`Compare each fingerprint with the one that the laptop itself shows (at its own keyboard): ${ON_THE_LAPTOP}`]
        : [];
    return [...blocks, ...advice].join("\n\n");
}

export function toJson(findings: readonly Finding[]): object[] {
    return findings.map(({ host, key, verdict, problem }) => ({
        ...(host.name === undefined ? {} : { name: host.name }),
        address: host.address,
        port: host.port,
        ...(key === undefined ? {} : { hostKey: key.line, fingerprint: key.fingerprint, verdict }),
        ...(problem === undefined ? {} : { problem }),
    }));
}

function heading({ host }: Finding): string {
    return host.name === undefined ? format(host) : `${host.name} (${format(host)})`;
}

function body({ host, key, verdict, problem }: Finding): string[] {
    if (key === undefined) return [`FAILED: ${problem ?? "no answer"}`];
    const lines = [`hostKey: ${key.line}`, key.fingerprint];
    if (verdict === "same") return [...lines, "The stack file has this key."];
    if (verdict === "new") return lines;
    return [
        ...lines,
        "!!! THIS IS NOT THE KEY IN THE STACK FILE !!!",
        `The stack file has: ${host.pinned ?? ""}`,
        "Was the laptop installed anew? If not, do not connect to it: somebody may be answering in its place.",
    ];
}
