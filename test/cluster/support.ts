import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import { parseDocument, type Document } from "yaml";

import { up, type EngineEvent, type EngineResult } from "../../lab/engine";
import { Lab } from "../../lab/lab";

/** The tests' own laptops, apart from those of `npm run lab`. */
export const lab = Lab.open(process.env.ONPREM_BLOG_TEST_LAB ?? "test");

/** Reaches into the stack file: `at(document, "k3s", "version")`. */
export function at(key: string, ...rest: readonly (string | number)[]): (string | number)[] {
    return ["config", `onprem-blog:${key}`, ...rest];
}

/** A run of the program, with all that it said. */
export interface Run {
    readonly result: EngineResult;
    /** Every message of every event, errors included: what an operator can have seen. */
    readonly said: string;
}

/**
 * Runs the program against the tests' laptops with a changed stack file.
 *
 * @param name of the run: a journal of its own, so that a run that must fail leaves nothing behind for the next.
 */
export async function run(name: string, change: (stackFile: Document) => void = () => undefined): Promise<Run> {
    const folder = path.join(lab.stateDir, "runs", name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const document = parseDocument(readFileSync(lab.stackFile, "utf8"));
    change(document);
    const stackFile = path.join(folder, "Pulumi.lab.yaml");
    writeFileSync(stackFile, document.toString(), { mode: 0o600 });
    const events: EngineEvent[] = [];
    const result = await up(
        lab.engineOptions({
            stackFile,
            stateDir: path.join(folder, "engine"),
            onEvent: (event) => {
                events.push(event);
            },
        }),
    );
    const said = [...events.map((event) => event.message ?? ""), ...result.errors].join("\n");
    return { result, said };
}

/**
 * What a fault must leave as it was: files, their modes, and what starts at boot. Not among them is the empty file by
 * which Debian's sudo notes a user's first success.
 */
export async function hostState(laptop: string): Promise<string[]> {
    const { stdout } = await lab.exec(
        laptop,
        `find /etc /usr/local /opt /home /var/lib/onprem-blog -xdev -type f -not -name .sudo_as_admin_successful -printf '%m %p ' -exec sha256sum {} \\; 2>/dev/null | sort
         ls -A /var/lib/rancher
         systemctl list-unit-files --no-legend --no-pager | awk '$2 != "transient" { print $1, $2 }'`,
    );
    return stdout.split("\n");
}

/** Fails unless the run failed, and one of its errors holds exactly this text. */
export function assertFault({ result, said }: Run, text: string): void {
    assert.equal(result.ok, false, "the run was to fail");
    assert.ok(
        result.errors.some((error) => error.includes(text)),
        `wanted an error with:\n  ${text}\nfound:\n  ${result.errors.join("\n  ")}\nsaid:\n${said}`,
    );
}
