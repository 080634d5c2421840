import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";

import { parse } from "yaml";

import { fetchFrom } from "../../lab/hello";
import {
    assertFault,
    at,
    hostState,
    isReady,
    lab,
    nodes,
    previewRun,
    previousK3s,
    previousRelease,
    restartedBy,
    run,
    stack,
    startedAt,
    type Change,
    type Run,
} from "./support";

const laptops = ["laptop-a", "laptop-b"] as const;

describe("from two bare laptops to a page", function () {
    this.timeout(900_000);

    let first: Run;
    // The older k3s, so that an upgrade of this cluster follows.
    const runHere = async (change?: Change) => run(stack, await previousK3s(change));

    this.beforeAll(async () => {
        await lab.prepare();
        for (const laptop of laptops) {
            // Every command line of the whole run, for the search for secrets at the end.
            await lab.exec(
                laptop,
                `systemd-run --quiet --unit=command-lines sh -c 'while sleep 0.1; do cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n"; done | awk "!seen[\\$0]++ { print; fflush() }" > /run/command-lines'`,
            );
        }
        first = await runHere();
    });

    it("succeeds, and makes everything", () => {
        assert.deepEqual(first.result.errors, []);
        assert.equal(first.result.counts.unchanged, 0);
        assert.ok(first.result.ok);
    });

    it("has every node Ready, in the version asked for", async () => {
        const files = await previousRelease();
        assert.deepEqual(
            [...(await nodes()).values()].map((node) => ({
                name: node.metadata.name,
                version: node.status.nodeInfo.kubeletVersion,
                ready: isReady(node),
            })),
            laptops.map((name) => ({ name, version: files.version, ready: true })),
        );
    });

    it("serves a page of the second laptop through the ingress of the first", async () => {
        const { stdout: node } = await lab.kubectl([
            ...["--namespace", "hello", "get", "pods", "--output", "jsonpath={.items[*].spec.nodeName}"],
        ]);
        assert.equal(node, "laptop-b");
        const answer = await fetchFrom(lab.laptop("laptop-a").address, String(first.result.outputs.helloUrl));
        assert.equal(answer.status, 200);
        assert.match(answer.body, /comes from a pod on <code>laptop-b<\/code>/);
    });

    it("hands out a kubeconfig that works from here, and holds no certificate of k3s's own", async () => {
        const kubeconfig = String(first.result.outputs.kubeconfig);
        assert.ok(first.result.secretOutputs.includes("kubeconfig"));
        assert.doesNotMatch(kubeconfig, /client-certificate/);
        const { KubeConfig, CoreV1Api } = await import("@kubernetes/client-node");
        const config = new KubeConfig();
        config.loadFromString(kubeconfig);
        const { items } = await config.makeApiClient(CoreV1Api).listNode();
        assert.equal(items.length, 2);
    });

    it("leaves laptops that stay awake", async () => {
        for (const laptop of laptops) {
            const { stdout: login } = await lab.exec(laptop, "systemd-analyze cat-config systemd/logind.conf");
            for (const line of ["HandleLidSwitch=ignore", "IdleAction=ignore", "InhibitDelayMaxSec=90"]) {
                assert.match(login, new RegExp(`^${line}$`, "m"), laptop);
            }
            // What logind really grants: other packages' drop-ins have a say as well.
            const { stdout: delay } = await lab.exec(
                laptop,
                "busctl get-property org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager InhibitDelayMaxUSec",
            );
            assert.equal(delay.trim(), "t 90000000", laptop);
            const { stdout: inhibitors } = await lab.exec(laptop, "systemd-inhibit --list --no-legend --no-pager");
            assert.match(inhibitors, /kubelet/, laptop);
            const { stdout: targets } = await lab.exec(
                laptop,
                "systemctl is-enabled sleep.target suspend.target hibernate.target hybrid-sleep.target || true",
            );
            assert.deepEqual(targets.trim().split("\n"), ["masked", "masked", "masked", "masked"], laptop);
        }
    });

    it("writes what is secret for root alone", async () => {
        for (const laptop of laptops) {
            const { stdout } = await lab.exec(
                laptop,
                "stat -c '%a %U %n' /etc/rancher/k3s/config.yaml; [ ! -e /etc/rancher/k3s/k3s.yaml ] || stat -c '%a %U %n' /etc/rancher/k3s/k3s.yaml",
            );
            for (const line of stdout.trim().split("\n")) {
                assert.match(line, /^600 root /, laptop);
            }
        }
    });

    it("changes nothing and restarts nothing when run again", async () => {
        const started = () => Promise.all(laptops.map(startedAt));
        const before = { started: await started(), a: await hostState("laptop-a"), b: await hostState("laptop-b") };
        const again = await runHere();
        assert.deepEqual(again.result.errors, []);
        assert.deepEqual(
            again.result.resources
                .filter(({ status }) => status !== "unchanged")
                .map(({ urn, status }) => [urn, status]),
            [],
        );
        assert.deepEqual(
            { started: await started(), a: await hostState("laptop-a"), b: await hostState("laptop-b") },
            before,
        );
        assert.equal(again.result.outputs.kubeconfig, first.result.outputs.kubeconfig);
    });

    it("previews no change, and does nothing for it", async () => {
        const restarted = await restartedBy(laptops, async () => {
            const { result } = await previewRun(stack, await previousK3s());
            assert.ok(result.ok, result.errors.join("\n"));
            assert.equal(result.counts.created, 0);
        });
        assert.deepEqual(restarted, []);
    });

    /** A label restarts nothing, and runs the laptop's step again. */
    const relabel =
        (value: string): Change =>
        (stackFile) => {
            stackFile.setIn(at("laptops", 1, "labels", "example.org/run"), value);
        };

    it("finishes what a cut-off run left, with one restart", async () => {
        await lab.exec("laptop-b", "mkdir -p /var/lib/onprem-blog && touch /var/lib/onprem-blog/k3s.restart");
        const restarted = await restartedBy(laptops, async () => {
            assert.deepEqual((await runHere(relabel("second"))).result.errors, []);
        });
        assert.deepEqual(restarted, ["laptop-b"]);
        await lab.exec("laptop-b", "test ! -e /var/lib/onprem-blog/k3s.restart");
    });

    it("puts back a file that somebody changed, when the laptop's step runs again", async () => {
        await lab.exec("laptop-b", "echo 'kubelet-arg: [v=9]' >> /etc/rancher/k3s/config.yaml");
        const outcome = await runHere(relabel("third"));
        assert.deepEqual(outcome.result.errors, []);
        const { stdout } = await lab.exec("laptop-b", "cat /etc/rancher/k3s/config.yaml");
        assert.doesNotMatch(stdout, /v=9/);
    });

    it("renews the kubeconfig's token when the settings ask for it, and withdraws the old", async () => {
        const outcome = await runHere((stackFile) => {
            stackFile.setIn(at("k3s", "kubeconfigRenewal"), 2);
        });
        assert.deepEqual(outcome.result.errors, []);
        assert.notEqual(outcome.result.outputs.kubeconfig, first.result.outputs.kubeconfig);
        const { stdout } = await lab.kubectl([
            ...["--namespace", "kube-system", "get", "secrets", "--output", "name"],
            ...["--selector", "app.kubernetes.io/managed-by=onprem-blog"],
        ]);
        assert.equal(stdout.trim(), "secret/onprem-blog-token-2");
    });

    it("keeps a laptop's k3s that is taken out of the settings without permission", async () => {
        const before = await hostState("laptop-b");
        const outcome = await runHere((stackFile) => {
            stackFile.deleteIn(at("laptops", 1));
            stackFile.setIn(at("k3s", "kubeconfigRenewal"), 2);
        });
        assertFault(
            outcome,
            "laptop-a: node laptop-b: laptop-b is kept in the cluster: removing it needs permission first. Put the laptop back into the settings, set k3s.allowRemoval to true (and k3s.removeData to true to lose the data on it as well), run pulumi up, then do this again",
        );
        const { stdout } = await lab.exec("laptop-b", "systemctl is-active k3s-agent");
        assert.equal(stdout.trim(), "active");
        assert.deepEqual(await hostState("laptop-b"), before, "it was to stay prepared");
        assert.deepEqual((await runHere()).result.errors, []);
    });

    it("lets no secret out", async () => {
        const config = parse(String(first.result.outputs.kubeconfig)) as { users: { user: { token: string } }[] };
        const privateKey = readFileSync(lab.privateKeyFile, "utf8").split("\n")[1] ?? "";
        const { stdout: serverToken } = await lab.exec(
            "laptop-a",
            "sed -n 's/^token: //p' /etc/rancher/k3s/config.yaml",
        );
        const { stdout: agentToken } = await lab.exec(
            "laptop-a",
            "sed -n 's/^agent-token: //p' /etc/rancher/k3s/config.yaml",
        );
        const secrets = {
            "sudo password": lab.sudoPassword,
            "API token": config.users[0]!.user.token,
            "server token": serverToken.trim(),
            "agent token": agentToken.trim(),
            "private key": privateKey,
            passphrase: lab.passphrase,
        };
        const places: Record<string, string> = {
            "what the run said": first.said,
            "the engine's journal": readFileSync(
                path.join(lab.stateDir, "runs", stack, "engine", "journal.json"),
                "utf8",
            ),
        };
        for (const laptop of laptops) {
            const { stdout: commandLines } = await lab.exec(
                laptop,
                "systemctl stop command-lines; cat /run/command-lines",
            );
            assert.match(commandLines, /k3s/, "the command lines were to be recorded");
            places[`command lines on ${laptop}`] = commandLines;
            places[`the journal of ${laptop}`] = (await lab.exec(laptop, "journalctl --no-pager --output cat")).stdout;
        }
        for (const [name, secret] of Object.entries(secrets)) {
            assert.ok(secret.length >= 8, `${name} is too short to look for`);
            for (const [place, text] of Object.entries(places)) {
                assert.ok(!text.includes(secret), `${name} is in ${place}`);
            }
            for (const laptop of laptops) {
                // Handed over on stdin: on a command line the search would find itself.
                const { stdout } = await lab.exec(
                    laptop,
                    "IFS= read -r secret; find / -xdev \\( -path /proc -o -path /sys \\) -prune -o -type f -perm /o=r -size -4M -print0 | xargs -0 grep -lF -f <(printf '%s' \"$secret\") || true; find /var/lib/rancher /var/lib/kubelet /run /tmp -xdev -type f -perm /o=r -size -4M -print0 2>/dev/null | xargs -0r grep -lF -f <(printf '%s' \"$secret\") || true",
                    { input: `${secret}\n` },
                );
                assert.equal(stdout.trim(), "", `${name} is in a file of ${laptop} that others can read`);
            }
        }
    });
});
