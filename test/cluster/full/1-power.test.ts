import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import { assertFault, at, lab, run } from "../support";

const battery = "/sys/class/power_supply/BAT0";

/** A battery of files: no container has one. What a real one does is in docs/how-to/check-power.md. */
describe("a battery that runs low", function () {
    this.timeout(600_000);

    const write = (file: string, text: string) => lab.exec("laptop-b", `echo ${text} > ${battery}/${file}`);
    /** Ends after the laptops are prepared, and before k3s is installed. */
    const prepare = async (name: string) => {
        const outcome = await run(name, (stackFile) => {
            stackFile.setIn(at("k3s", "binary", "sha256", "amd64"), "0".repeat(64));
            stackFile.setIn(at("prepare"), { batteryChargeLimit: 70, shutdownAtBatteryPercent: 5 });
        });
        assertFault(outcome, "nothing was installed: check k3s.version and the sha256 in the settings");
        return outcome;
    };
    /** As podman sees it: a laptop that is off can't be asked. */
    const isOff = async () => (await lab.status()).laptops.find(({ name }) => name === "laptop-b")?.state === "exited";

    this.beforeAll(async function () {
        this.timeout(3_000_000);
        await lab.prepare();
        await lab.exec("laptop-b", `mount -t tmpfs tmpfs /sys/class/power_supply && mkdir ${battery}`);
        for (const [file, text] of [
            ["type", "Battery"],
            ["status", "Discharging"],
            ["capacity", "60"],
            ["charge_control_end_threshold", "100"],
        ] as const) {
            await write(file, text);
        }
        // It holds a shutdown up for as long as logind lets it where python3-gi is missing, as in the lab.
        await lab.exec("laptop-b", "systemctl stop unattended-upgrades");
        await prepare("power");
    });
    this.afterAll(async () => {
        if (await isOff()) {
            await lab.powerOn("laptop-b");
        }
    });

    it("is charged up to the limit only, after every boot", async () => {
        const { stdout } = await lab.exec(
            "laptop-b",
            `cat ${battery}/charge_control_end_threshold; systemctl is-enabled onprem-blog-battery-limit.service`,
        );
        assert.equal(stdout, "70\nenabled\n");
    });

    it("is looked at every minute, and left alone while it is charged", async () => {
        const { stdout } = await lab.exec(
            "laptop-b",
            "systemctl is-active onprem-blog-low-battery.timer; systemctl start onprem-blog-low-battery.service; systemctl show --property Result --value onprem-blog-low-battery.service",
        );
        assert.equal(stdout, "active\nsuccess\n");
        await sleep(3000);
        assert.equal(await isOff(), false);
    });

    it("is left alone when it is low and charging", async () => {
        await write("capacity", "3");
        await write("status", "Charging");
        await lab.exec("laptop-b", "systemctl start onprem-blog-low-battery.service");
        await sleep(3000);
        assert.equal(await isOff(), false);
    });

    it("shuts the laptop down in order within two minutes", async () => {
        await lab.exec(
            "laptop-b",
            `printf '[Unit]\\n[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=/bin/true\\nExecStop=/bin/sh -c "echo stopped in order"\\n' > /run/systemd/system/witness.service && systemctl start witness`,
        );
        const begun = Date.now();
        await write("status", "Discharging");
        while (!(await isOff())) {
            assert.ok(Date.now() - begun < 120_000, "laptop-b is still on after two minutes");
            await sleep(500);
        }
        await lab.powerOn("laptop-b");
        const { stdout } = await lab.exec("laptop-b", "journalctl --boot=-1 --output cat --no-pager");
        assert.match(stdout, /^stopped in order$/m);
        assert.match(stdout, /^Reached target poweroff\.target/m);
    });

    it("is forgotten where it is gone: nothing of it is left to start", async () => {
        await prepare("power");
        const { stdout } = await lab.exec("laptop-b", "ls /etc/systemd/system");
        assert.doesNotMatch(stdout, /onprem-blog-(battery-limit|low-battery)/);
    });
});
