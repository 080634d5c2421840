import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { renderPayload } from "../../../components/remote/payload";

/** What sudo says when it refuses, by its own sources; each with what is made of it. */
const refusals = [
    {
        title: "a wrong password",
        says: "Sorry, try again.\nsudo: no password was provided\nsudo: 1 incorrect password attempt",
        told: "sudo refuses the password given for operator; correct it by: pulumi config set --secret --path ssh.sudoPassword",
    },
    {
        title: "a wrong password, with `Defaults insults`",
        says: "You speak an infinite deal of nothing\nsudo: 1 incorrect password attempt",
        told: "sudo refuses the password given for operator; correct it by: pulumi config set --secret --path ssh.sudoPassword",
    },
    {
        title: "a wrong password, by the sudo of Ubuntu 25.10",
        says: "sudo: Authentication failed, try again.\nsudo: Maximum 3 incorrect authentication attempts",
        told: "sudo refuses the password given for operator; correct it by: pulumi config set --secret --path ssh.sudoPassword",
    },
    {
        title: "a user without rights, after a lecture",
        says: "We trust you have received the usual lecture.\n\noperator is not in the sudoers file.",
        told: "sudo refuses operator: operator is not in the sudoers file.; give the user full sudo rights (usermod -aG sudo operator)",
    },
    {
        title: "a user with rights to something else",
        says: "Sorry, user operator is not allowed to execute '/usr/bin/true' as root on laptop-a.",
        told: "sudo refuses operator: Sorry, user operator is not allowed to execute '/usr/bin/true' as root on laptop-a.; give the user full sudo rights (usermod -aG sudo operator)",
    },
    {
        title: "a terminal that is wanted",
        says: "sudo: sorry, you must have a tty to run sudo",
        told: "sudo wants a terminal (requiretty), and a step has none; switch that off for operator: echo 'Defaults:operator !requiretty' | sudo tee /etc/sudoers.d/onprem-blog",
    },
];

/** Stand-ins for `id` and `sudo`, by which no test needs a user of its own; the real ones are asked in the cluster tests. */
describe("sudo's refusals", () => {
    let folder: string;
    const standIn = (name: string, text: string) => {
        writeFileSync(path.join(folder, name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
    };
    const run = (sudoPassword: string) =>
        spawnSync("/bin/bash", ["-s"], {
            input: renderPayload({
                ...{ host: "laptop-a", title: "try a step", deadlineSeconds: 20, sudoPassword, inputs: {} },
                script: "say ran",
            }),
            env: { PATH: `${folder}:${process.env.PATH ?? ""}`, LC_ALL: "C.UTF-8", LANGUAGE: "de" },
            encoding: "utf8",
        });

    before(() => {
        folder = mkdtempSync(path.join(tmpdir(), "onprem-blog-"));
        standIn("id", '[ "$1" = -un ] && echo operator || echo 1000');
    });
    after(() => {
        rmSync(folder, { recursive: true });
    });

    for (const { title, says, told } of refusals) {
        it(title, () => {
            // It speaks English when asked to, as sudo does.
            standIn(
                "sudo",
                `[ "$LC_ALL" = C ] || { echo "Tut mir leid" >&2; exit 1; }
                cat <<'EOF' >&2\n${says}\nEOF
                exit 1`,
            );
            const { status, stdout, stderr } = run("not the password");
            assert.equal(stderr, `laptop-a: try a step: ${told}\n`);
            assert.equal(status, 77);
            assert.equal(stdout, "");
        });
    }

    it("a password that is wanted and not given", () => {
        standIn("sudo", 'echo "sudo: a password is required" >&2; exit 1');
        assert.equal(
            run("").stderr,
            "laptop-a: try a step: sudo asks operator for a password, and the settings have none; set it by: pulumi config set --secret --path ssh.sudoPassword\n",
        );
    });

    it("a sudo that reads stdin when it is only asked, and leaves the step whole", () => {
        standIn(
            "sudo",
            'case " $* " in *" true "*) cat >/dev/null; exit ;; esac; while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
        );
        const { stderr, stdout } = run("");
        assert.match(stderr, /^laptop-a: ran$/m);
        assert.deepEqual(JSON.parse(stdout), { changes: [] });
    });
});
